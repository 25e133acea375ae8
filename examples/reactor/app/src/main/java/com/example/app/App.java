package com.example.app;

import com.example.core.Numbers;
import java.io.IOException;

/** Counts. */
public final class App {
  private App() {}

  public static void main(String[] arguments) throws IOException {
    System.out.println(Numbers.upTo(5));
  }
}
