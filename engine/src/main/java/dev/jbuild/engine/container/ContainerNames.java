package dev.jbuild.engine.container;

import java.util.concurrent.ThreadLocalRandom;

/** Names for containers that were given none: a quality and somebody who is remembered. */
final class ContainerNames {
  private static final String QUALITIES =
      "able admiring agile amiable ample artful astute awake balanced blissful bold brave bright"
          + " busy calm candid careful charming cheerful clever composed confident cool cordial"
          + " cosy crisp curious daring dazzling deft determined dreamy eager earnest easy elated"
          + " elegant eloquent epic fair fearless fervent festive fine fluent focused fond frank"
          + " friendly gallant generous gentle genuine gifted glad gleeful graceful gracious great"
          + " happy hardy hearty helpful honest hopeful humble intent inventive jolly jovial joyful"
          + " keen kind laughing lively lucid lucky luminous merry mindful modest musing nifty"
          + " nimble noble optimistic patient peaceful pensive placid playful pleasant plucky"
          + " polite practical proud prudent quick quiet quirky radiant ready relaxed robust"
          + " romantic serene sharp silly sincere sleepy smart snug sociable sound spirited"
          + " steadfast stoic stunning sunny sure sweet swift tender thankful thrifty tidy tranquil"
          + " trusting upbeat upright valiant vibrant vigilant vivid warm wise witty wonderful"
          + " youthful zealous zen";
  private static final String PEOPLE =
      "abel agnesi albattani allen almeida archimedes aryabhata avicenna babbage banach bardeen"
          + " bartik bassi bell berners bhabha bhaskara blackwell bohr boole borg bose boyd"
          + " brahmagupta brattain brown cannon carson cartwright carver cauchy cerf chandrasekhar"
          + " chaplygin chatelet chebyshev church clarke cohen colden cori cray curie darwin davinci"
          + " dewdney diffie dijkstra dirac driscoll easley edison einstein elbakyan elion engelbart"
          + " euclid euler faraday feistel fermat fermi feynman franklin gagarin galileo galois"
          + " gates gauss germain goldberg goldstine golick goodall gould greider hamilton haslett"
          + " hawking heisenberg hermann herschel hertz heyrovsky hodgkin hofstadter hoover hopper"
          + " hugle hypatia jackson jang jemison jennings jepsen johnson joliot jones kalam kapitsa"
          + " kare keldysh keller kepler khayyam khorana kilby kirch knuth kowalevski lalande"
          + " lamarr lamport leakey leavitt lederberg lehmann lewin lichterman liskov lovelace"
          + " lumiere mahavira margulis matsumoto maxwell mayer mccarthy mcclintock mclaren mclean"
          + " mcnulty meitner mendel mendeleev meninsky merkle mestorf mirzakhani montalcini moore"
          + " morse moser murdock napier nash neumann newton nightingale nobel noether northcutt"
          + " noyce panini pare pascal pasteur payne perlman pike poincare poitras proskuriakova"
          + " ptolemy raman ramanujan rhodes ride riemann ritchie robinson roentgen rosalind rubin"
          + " saha sammet sanderson satoshi shamir shannon shaw shirley shockley shtern sinoussi"
          + " snyder solomon spence stonebraker sutherland swanson swartz swirles taussig tesla"
          + " tharp thompson torvalds turing varahamihira vaughan villani visvesvaraya volhard"
          + " wescoff wilbur wiles williams williamson wilson wing wozniak wright wu yalow yonath";

  private ContainerNames() {}

  /** E.g. {@code keen_curie}; with a number behind it from the second try on. */
  static String random(int tries) {
    String[] qualities = QUALITIES.split(" ");
    String[] people = PEOPLE.split(" ");
    ThreadLocalRandom random = ThreadLocalRandom.current();
    String name =
        qualities[random.nextInt(qualities.length)] + "_" + people[random.nextInt(people.length)];
    return tries == 0 ? name : name + random.nextInt(10);
  }

  /** Docker's rule. */
  static boolean isValid(String name) {
    if (name.length() < 2 || !isAlphanumeric(name.charAt(0))) {
      return false;
    }
    for (int i = 1; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!isAlphanumeric(c) && c != '_' && c != '.' && c != '-') {
        return false;
      }
    }
    return true;
  }

  private static boolean isAlphanumeric(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
  }
}
