package dev.lockstep.bench;

import java.util.List;
import java.util.Locale;

/** A drawing of sheets: for each load a bar of each contender, as long as it was fast. An SVG document. */
final class BarPicture {

    private static final int WIDTH = 860;
    private static final int NAMES = 300;
    private static final int BARS = 300;
    private static final int LINE = 22;
    private static final int HEAD = 40;
    private static final String OURS = "#0b7285";
    private static final String OTHERS = "#adb5bd";

    private final StringBuilder body = new StringBuilder();
    private int y = 30;

    BarPicture(String setting, List<Sheet> sheets) {
        text(16, y, "small", setting);
        for (Sheet sheet : sheets) {
            draw(sheet);
        }
    }

    private void draw(Sheet sheet) {
        y += HEAD;
        text(16, y, "head", sheet.load());
        double most = sheet.rounds().keySet().stream()
                .mapToDouble(contender -> sheet.median(contender, 0))
                .max()
                .orElse(1);
        for (String contender : sheet.rounds().keySet()) {
            y += LINE;
            boolean ours = contender.equals(sheet.ours());
            double median = sheet.median(contender, 0);
            text(16, y, "name", contender);
            body.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"14\" rx=\"2\" fill=\"%s\"/>%n",
                    NAMES,
                    y - 11,
                    BARS * median / most,
                    ours ? OURS : OTHERS));
            String figure = String.format(
                    Locale.ROOT, "%,.0f %s", median, sheet.columns().get(0).name());
            String beside = ours
                    ? ""
                    : String.format(
                            Locale.ROOT,
                            "  ·  ours %.2f times",
                            sheet.ratios(contender, 0).median());
            text(NAMES + 8 + (int) (BARS * median / most), y, "name", figure + beside);
        }
    }

    private void text(int x, int at, String style, String words) {
        body.append("<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>\n".formatted(x, at, style, escaped(words)));
    }

    private static String escaped(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    @Override
    public String toString() {
        return """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" fill="#212529">
                <style>.small { font-size: 10px; fill: #495057 } .head { font-size: 14px; font-weight: 600 } \
                .name { font-size: 12px }</style>
                <rect width="100%%" height="100%%" fill="#ffffff"/>
                %s</svg>
                """.formatted(WIDTH, y + 24, body);
    }
}
