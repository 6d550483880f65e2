package dev.lockstep.drill;
class TryIt {
  public static void main(String... a) throws Exception {
    CopyDrillSettings s = CopyDrillSettings.random(Long.parseLong(a[0]));
    if (a.length > 1) s = s.withFaults(CopyFault.parse(a[1]));
    if (a.length > 3) s = s.between(CopyDrillSettings.Kind.parse(a[2]), CopyDrillSettings.Kind.parse(a[3]));
    System.out.println(CopyPlan.of(s));
    System.out.println(s.command());
    CopyResult r = new CopyDrill(s).listener(new DrillListener() {
      public void onPhase(String w) { System.out.println("-- " + w); }
      public void onFault(long at, String w) { System.out.printf("%.1f %s%n", at/1e9, w); }
      public void onCopy(long at, String w, long n) { System.out.printf("%.1f %s %d/s%n", at/1e9, w, n); }
    }).run();
    System.out.println(r.text());
    System.out.println(r.faultsInShort() + " " + r.restarts() + r.figures());
    System.exit(0);
  }
}
