package dev.lockstep.examples;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rules under "Invariants" in ARCHITECTURE.md, word for word, and whether the code keeps them. */
class ArchitectureTest {

    private static final JavaClasses CODE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.lockstep");

    private static final String[] REDIS_LIBRARIES = {"io.lettuce..", "redis.clients..", "org.redisson..", "io.valkey.."
    };
    private static final Pattern QUOTED = Pattern.compile("`(\\w+)`");

    /** Constructors with more than six parameters that there are today. To be emptied, never to grow. */
    private static final String CLIENT_CLOCK = "In `client` the clock is read only where a call enters or where a"
            + " connection is driven: `CommandPath`, `Exclusive`, `ExclusivePath`, `GroupCommit`, `Lockstep`, `NodeLink`,"
            + " `PrimaryLane`, `PrimaryTenure`, `ReplicaLane`, `Replicas`, `Sampler`,"
            + " `TrackedReads`.";

    private static final String OTHER_CLOCKS = "Elsewhere the clock is read only by `TopologyWatcher`, `Drill`,"
            + " `CopyDrill`, `Sync`, `Verify`, `Observation` (of `cli`), and in `local` by `Deadline`, `Flow`, `NodeProxy`, `Certificates`.";
    private static final String RANDOMNESS =
            "`topology`, `client` and `nearcache` draw no random number; `drill` draws only from a"
                    + " seed, in `CopyPlan`, `CopyWorkload`, `Crew`, `Schedule`, `Workload`; `sync` draws keys of hashes and names, in `Keeper`,"
                    + " `SpoolRecord`, `SyncSettings`, `Verify`.";

    private static final Map<String, Runnable> RULES = rules();

    private static Map<String, Runnable> rules() {
        Map<String, Runnable> rules = new LinkedHashMap<>();
        rules.put(
                "`local` knows no Redis library and no other module.",
                holds(noClasses()
                        .that(are("local"))
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(REDIS_LIBRARIES).or(modulesOtherThan("local")))));
        rules.put(
                "`topology` never sends a user's command: it knows Lettuce and the JDK, and no other module.",
                holds(classes()
                        .that(are("topology"))
                        .should()
                        .onlyDependOnClassesThat(resideInAnyPackage(
                                "dev.lockstep.topology..",
                                "io.lettuce..",
                                "org.slf4j..",
                                "org.jspecify..",
                                "java..",
                                "javax.."))));
        rules.put("`client` knows `topology` and no other module. So does `sync`.", () -> {
            for (String module : List.of("client", "sync")) {
                noClasses()
                        .that(are(module))
                        .should()
                        .dependOnClassesThat(modulesOtherThan(module, "topology"))
                        .check(CODE);
            }
        });
        rules.put("`drill` and `nearcache` reach the client only through its public API.", holds(throughPublicApi()));
        rules.put(
                "Only `nearcache` knows Caffeine.",
                holds(noClasses()
                        .that(DescribedPredicate.not(are("nearcache")))
                        .should()
                        .dependOnClassesThat(resideInAnyPackage("com.github.benmanes.."))));
        rules.put(
                "Only `cli` knows picocli and writes JSON.",
                holds(noClasses()
                        .that(DescribedPredicate.not(are("cli")))
                        .should()
                        .dependOnClassesThat(resideInAnyPackage("picocli..", "tools.jackson..", "com.fasterxml.."))));
        rules.put(
                "Inside `client`, what extends a Lettuce class sits in `dev.lockstep.client.lettuce`, exceptions aside;"
                        + " the rest is one flat package.",
                () -> {
                    noClasses()
                            .that(resideInAPackage("dev.lockstep.client"))
                            .and(DescribedPredicate.not(assignableTo(Throwable.class)))
                            .should(extendLettuce())
                            .check(CODE);
                    classes()
                            .that(are("client"))
                            .should()
                            .resideInAnyPackage("dev.lockstep.client", "dev.lockstep.client.lettuce")
                            .check(CODE);
                });
        rules.put(
                "No package cycles.",
                holds(slices().matching("dev.lockstep.(**)").should().beFreeOfCycles()));
        rules.put(CLIENT_CLOCK, () -> assertThat(clockReadersIn("client")).isEqualTo(namesIn(CLIENT_CLOCK)));
        rules.put(
                OTHER_CLOCKS,
                () -> assertThat(clockReadersIn("topology", "nearcache", "sync", "drill", "cli", "local"))
                        .isEqualTo(namesIn(OTHER_CLOCKS)));
        rules.put(
                RANDOMNESS,
                () -> assertThat(randomIn("topology", "client", "nearcache", "sync", "drill"))
                        .isEqualTo(namesIn(RANDOMNESS)));
        rules.put(
                "No class is named `Abstract…`, `Default…`, `Base…`, `…Impl`, `…Manager`, `…Util` or `…Helper`.",
                holds(noClasses()
                        .should()
                        .haveNameMatching(
                                ".*[.$]((Abstract|Default|Base)[A-Z]\\w*|\\w*(Impl|Manager|Utils?|Helpers?))")));
        rules.put(
                "Every top-level type says in its first sentence what it is.",
                () -> assertThat(Repository.mainSources().stream().filter(ArchitectureTest::saysNothing))
                        .isEmpty());
        rules.put(
                "No source file has more than 600 lines.",
                () -> assertThat(Repository.sources().stream()
                                .filter(file -> Repository.read(file).lines().count() > 600))
                        .isEmpty());
        rules.put(
                "No constructor has more than six parameters, those of records aside.",
                ArchitectureTest::shortConstructors);
        return rules;
    }

    @TestFactory
    Stream<DynamicTest> theCodeKeepsEachRule() {
        return RULES.entrySet().stream().map(rule -> DynamicTest.dynamicTest(rule.getKey(), rule.getValue()::run));
    }

    @Test
    void theDocumentHasTheSameRules() {
        String document = Repository.read("ARCHITECTURE.md");
        String section = document.substring(document.indexOf("\n## Invariants"));
        section = section.substring(0, section.indexOf("\n## ", 1));
        List<String> written = new ArrayList<>();
        for (String item : section.split("\n- ", -1)) {
            written.add(item.strip().replaceAll("\\s+", " "));
        }
        assertThat(written.subList(1, written.size())).containsExactlyElementsOf(RULES.keySet());
    }

    @Test
    void theModulesAreAllSeen() {
        for (String module : List.of("local", "topology", "client", "nearcache", "sync", "drill", "cli")) {
            assertThat(CODE.stream().filter(are(module))).as(module).isNotEmpty();
        }
    }

    private static Runnable holds(ArchRule rule) {
        return () -> rule.check(CODE);
    }

    private static DescribedPredicate<JavaClass> are(String module) {
        return resideInAPackage("dev.lockstep." + module + "..").as("are in " + module);
    }

    private static DescribedPredicate<JavaClass> modulesOtherThan(String... allowed) {
        DescribedPredicate<JavaClass> others = resideInAPackage("dev.lockstep..");
        for (String module : allowed) {
            others = others.and(DescribedPredicate.not(are(module)));
        }
        return others;
    }

    private static DescribedPredicate<JavaClass> assignableTo(Class<?> type) {
        return JavaClass.Predicates.assignableTo(type);
    }

    private static ArchRule throughPublicApi() {
        DescribedPredicate<JavaClass> hidden = describe(
                "hidden in client",
                type -> type.getPackageName().startsWith("dev.lockstep.client")
                        && (!type.getModifiers().contains(JavaModifier.PUBLIC)
                                || type.getPackageName().endsWith(".lettuce")));
        return noClasses().that(are("drill").or(are("nearcache"))).should().dependOnClassesThat(hidden);
    }

    private static ArchCondition<JavaClass> extendLettuce() {
        return new ArchCondition<>("extend a class of Lettuce") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getRawSuperclass()
                        .filter(parent -> parent.getPackageName().startsWith("io.lettuce"))
                        .ifPresent(parent -> events.add(
                                SimpleConditionEvent.satisfied(type, type.getName() + " extends " + parent.getName())));
            }
        };
    }

    private static Set<String> clockReadersIn(String... modules) {
        return callersIn(modules, ArchitectureTest::readsTheClock);
    }

    private static boolean readsTheClock(CodeUnitAccessTarget target) {
        JavaClass owner = target.getOwner();
        String name = target.getName();
        return (owner.isEquivalentTo(System.class)
                        && Set.of("nanoTime", "currentTimeMillis").contains(name))
                || (owner.isEquivalentTo(Clock.class) && name.startsWith("system"))
                || (owner.getPackageName().equals(Instant.class.getPackageName()) && name.equals("now"));
    }

    private static Set<String> randomIn(String... modules) {
        return callersIn(modules, target -> {
            String owner = target.getOwner().getSimpleName();
            boolean maker = target.getName().equals("<init>")
                    && Set.of(Random.class.getSimpleName(), "SecureRandom", SplittableRandom.class.getSimpleName())
                            .contains(owner);
            boolean unseeded = maker
                    && !owner.equals("SecureRandom")
                    && target.getRawParameterTypes().isEmpty();
            assertThat(unseeded).as("an unseeded " + owner).isFalse();
            return maker
                    || owner.equals("ThreadLocalRandom")
                    || (owner.equals("Math") && target.getName().equals("random"))
                    || (owner.equals("UUID") && target.getName().equals("randomUUID"));
        });
    }

    private static Set<String> callersIn(
            String[] modules, java.util.function.Predicate<CodeUnitAccessTarget> isWanted) {
        Set<String> callers = new TreeSet<>();
        for (String module : modules) {
            for (JavaClass type : CODE.that(are(module))) {
                if (Stream.concat(
                                type.getCodeUnitCallsFromSelf().stream().map(call -> call.getTarget()),
                                type.getCodeUnitReferencesFromSelf().stream().map(reference -> reference.getTarget()))
                        .anyMatch(isWanted)) {
                    callers.add(topLevel(type));
                }
            }
        }
        return callers;
    }

    private static String topLevel(JavaClass type) {
        String name = type.getName().substring(type.getName().lastIndexOf('.') + 1);
        return name.contains("$") ? name.substring(0, name.indexOf('$')) : name;
    }

    /** The class names in a rule: quoted words that begin with a capital. */
    private static Set<String> namesIn(String rule) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = QUOTED.matcher(rule);
        while (matcher.find()) {
            if (Character.isUpperCase(matcher.group(1).charAt(0))) {
                names.add(matcher.group(1));
            }
        }
        return names;
    }

    private static final Pattern TYPE = Pattern.compile(
            "^(?:public |final |abstract |sealed |non-sealed )*(?:class|record|interface|enum|@interface) \\w+",
            Pattern.MULTILINE);
    private static final Pattern JAVADOC = Pattern.compile("^/\\*\\*\\s(.*?)\\*/", Pattern.MULTILINE | Pattern.DOTALL);

    private static boolean saysNothing(java.nio.file.Path file) {
        String source = Repository.read(file);
        Matcher type = TYPE.matcher(source);
        if (!type.find()) {
            return false; // package-info
        }
        Matcher javadoc = JAVADOC.matcher(source.substring(0, type.start()));
        String sentence = "";
        while (javadoc.find()) {
            sentence = javadoc.group(1).replaceAll("[\\s*]+", " ").strip();
        }
        return !sentence.contains(".") || sentence.startsWith("@");
    }

    private static void shortConstructors() {
        Set<String> tooLong = new TreeSet<>();
        constructors()
                .should(new ArchCondition<>("be looked at") {
                    @Override
                    public void check(JavaConstructor constructor, ConditionEvents events) {
                        if (parameters(constructor) > 6) {
                            tooLong.add(constructor.getOwner().getName());
                        }
                    }
                })
                .check(CODE);
        assertThat(tooLong).isEmpty();
    }

    /** As written: without what the compiler adds to enums and inner classes. */
    private static int parameters(JavaConstructor constructor) {
        JavaClass owner = constructor.getOwner();
        if (owner.isRecord() || owner.isAnonymousClass()) {
            return 0;
        }
        boolean inner = owner.isInnerClass() && !owner.getModifiers().contains(JavaModifier.STATIC);
        return constructor.getRawParameterTypes().size() - (owner.isEnum() ? 2 : 0) - (inner ? 1 : 0);
    }
}
