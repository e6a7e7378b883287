// SPDX-License-Identifier: Apache-2.0
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON into maps, lists and strings, and writes strings. For what the simulator answers; not strict. */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static Object read(String text) {
        return new Json(text).value();
    }

    /** The member at a path of names; "" where there is none. */
    @SuppressWarnings("unchecked")
    static String text(Object json, String... path) {
        for (String name : path) json = json instanceof Map ? ((Map<String, Object>) json).get(name) : null;
        return json == null ? "" : json.toString();
    }

    static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray())
            if (c == '"' || c == '\\') out.append('\\').append(c);
            else if (c < ' ' || c == '<' || c == '>' || c == 0x2028 || c == 0x2029) out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        return out.append('"').toString();
    }

    private char next() {
        while (Character.isWhitespace(text.charAt(at))) at++;
        return text.charAt(at);
    }

    private Object value() {
        char c = next();
        if (c == '{') return object();
        if (c == '[') return array();
        if (c == '"') return string();
        int from = at;
        while (at < text.length() && ",]}".indexOf(text.charAt(at)) < 0 && !Character.isWhitespace(text.charAt(at))) at++;
        String word = text.substring(from, at);
        return word.equals("null") ? null : word;
    }

    private Map<String, Object> object() {
        Map<String, Object> out = new LinkedHashMap<>();
        at++;
        while (next() != '}') {
            String name = string();
            next();
            at++;
            out.put(name, value());
            if (next() == ',') at++;
        }
        at++;
        return out;
    }

    private List<Object> array() {
        List<Object> out = new ArrayList<>();
        at++;
        while (next() != ']') {
            out.add(value());
            if (next() == ',') at++;
        }
        at++;
        return out;
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        next();
        for (at++; text.charAt(at) != '"'; at++) {
            if (text.charAt(at) != '\\') {
                out.append(text.charAt(at));
                continue;
            }
            char c = text.charAt(++at);
            if (c == 'u') {
                out.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                at += 4;
            } else {
                int which = "nrtbf".indexOf(c);
                out.append(which < 0 ? c : "\n\r\t\b\f".charAt(which));
            }
        }
        at++;
        return out.toString();
    }
}
