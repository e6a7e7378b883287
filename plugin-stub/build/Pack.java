// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs folders into a jar whose bytes depend on their contents alone: sorted names, one date, nothing compressed.
 * Property files are written here in UTF-8 and become ASCII with escapes, which every reader of them understands.
 * Usage: java Pack.java VERSION JAR FOLDER...; @VERSION@ is replaced in text files.
 */
final class Pack {
    public static void main(String[] words) throws IOException {
        TreeMap<String, byte[]> files = new TreeMap<>();
        for (int i = 2; i < words.length; i++) collect(Path.of(words[i]), words[0], files);
        List<String> names = new ArrayList<>(files.keySet());
        names.remove("META-INF/MANIFEST.MF"); // the first of all, so that a jar reader finds it
        names.add(0, "META-INF/MANIFEST.MF");
        try (OutputStream file = Files.newOutputStream(Path.of(words[1])); ZipOutputStream jar = new ZipOutputStream(file)) {
            for (String name : names) write(jar, name, files.get(name));
        }
    }

    private static void collect(Path root, String version, TreeMap<String, byte[]> files) throws IOException {
        try (Stream<Path> found = Files.walk(root)) {
            for (Path path : (Iterable<Path>) found.filter(Files::isRegularFile)::iterator) {
                String name = root.relativize(path).toString().replace('\\', '/');
                byte[] bytes = Files.readAllBytes(path);
                if (name.matches(".*\\.(xml|MF|js)"))
                    bytes = text(bytes).replace("@VERSION@", version).getBytes(StandardCharsets.UTF_8);
                if (name.endsWith(".properties")) bytes = escaped(text(bytes));
                files.put(name, bytes);
            }
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] escaped(String text) {
        StringBuilder out = new StringBuilder();
        for (char c : text.toCharArray())
            if (c < 128) out.append(c);
            else out.append(String.format("\\u%04x", (int) c));
        return out.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void write(ZipOutputStream jar, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 sum = new CRC32();
        sum.update(bytes);
        entry.setTimeLocal(java.time.LocalDateTime.of(2026, 1, 1, 0, 0));
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(sum.getValue());
        jar.putNextEntry(entry);
        jar.write(bytes);
        jar.closeEntry();
    }
}
