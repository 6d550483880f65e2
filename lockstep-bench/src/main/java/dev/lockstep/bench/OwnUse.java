package dev.lockstep.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process that copies tells of itself when it ends.
 *
 * @param began when its main method began, in milliseconds since 1970
 * @param millis from then on
 * @param cpuMillis of processor time, from the start of the process
 * @param peakKilobytes of memory that it had at most
 */
record OwnUse(long began, long millis, long cpuMillis, long peakKilobytes) {

    private static final Pattern LINE =
            Pattern.compile("began=(\\d+) millis=(\\d+) cpuMillis=(\\d+) peakKilobytes=(\\d+)");
    private static final Pattern PEAK = Pattern.compile("VmHWM:\\s*(\\d+) kB");

    /** Of this process, until now. */
    static OwnUse since(long began) throws IOException {
        long now = System.currentTimeMillis();
        long cpu =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
        Matcher peak = PEAK.matcher(Files.readString(Path.of("/proc/self/status")));
        return new OwnUse(began, now - began, cpu / 1_000_000, peak.find() ? Long.parseLong(peak.group(1)) : 0);
    }

    /** Reads what one said, whatever else it said. */
    static OwnUse parse(String said) {
        Matcher line = LINE.matcher(said);
        if (!line.find()) {
            throw new IllegalStateException("A process did not say what it used: " + said);
        }
        return new OwnUse(
                Long.parseLong(line.group(1)),
                Long.parseLong(line.group(2)),
                Long.parseLong(line.group(3)),
                Long.parseLong(line.group(4)));
    }

    /** @param asked when it was started, in milliseconds since 1970 */
    CopyWay.Taken taken(long asked) {
        return new CopyWay.Taken(millis / 1e3, (began - asked) / 1e3, cpuMillis / 1e3, peakKilobytes / 1024.0);
    }

    @Override
    public String toString() {
        return "began=" + began + " millis=" + millis + " cpuMillis=" + cpuMillis + " peakKilobytes=" + peakKilobytes;
    }
}
