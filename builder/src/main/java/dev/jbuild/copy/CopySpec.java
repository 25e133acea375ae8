package dev.jbuild.copy;

import dev.jbuild.context.SourceTree;
import java.util.List;
import java.util.Optional;

/**
 * What one COPY or ADD asks for, all words expanded.
 *
 * @param target absolute; a trailing slash says that it is a folder
 * @param owner uid and gid for all that is copied or made
 * @param mode {@code --chmod}
 * @param ifExists a word that means nothing is no mistake
 */
public record CopySpec(
    SourceTree tree,
    List<String> sources,
    String target,
    Optional<int[]> owner,
    Optional<ModeChange> mode,
    List<String> excludes,
    boolean parents,
    boolean ifExists) {}
