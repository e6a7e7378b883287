// SPDX-License-Identifier: Apache-2.0
package io.github.clockifybridge.jira;

import java.io.*;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.*;
import java.nio.charset.StandardCharsets;
import java.util.regex.*;

/**
 * One conversation with the bridge over its Unix socket, a line a message, with one deadline for all of it. A Unix
 * socket knows no time-outs, hence the selector. Understands nothing of what it carries but the bridge's greeting.
 */
final class BridgeCall implements AutoCloseable {
    static final int PROTOCOL = 1;
    private static final int LONGEST_ANSWER = 4 << 20;
    private static final Pattern PROTOCOLS = Pattern.compile("\"protocols\"\\s*:\\s*\\[([0-9,\\s]*)\\]");

    /** Why there is no answer: the HTTP status, and the reason on which the page branches. */
    static final class Failure extends IOException {
        private static final long serialVersionUID = 1L;
        final int status;
        final String reason;

        Failure(int status, String reason, String message) {
            super(message);
            this.status = status;
            this.reason = reason;
        }
    }

    private final SocketChannel channel;
    private final Selector selector;
    private final long deadline;

    BridgeCall(String path, long milliseconds) throws IOException {
        deadline = System.nanoTime() + milliseconds * 1_000_000;
        SocketChannel opened = null;
        try {
            opened = SocketChannel.open(UnixDomainSocketAddress.of(path));
            opened.configureBlocking(false);
        } catch (IOException | UnsupportedOperationException e) {
            if (opened != null) opened.close();
            throw new Failure(503, "bridge_missing", "No Clockify bridge answers on this Jira node.");
        }
        channel = opened;
        selector = Selector.open();
    }

    /** Refuses a bridge with which no protocol is shared, before anything that counts is sent to it. */
    void greet() throws IOException {
        String hello = exchange("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"bridge.hello\",\"params\":{\"protocol\":"
                + PROTOCOL + ",\"client\":\"jira-plugin\"}}");
        Matcher spoken = PROTOCOLS.matcher(hello);
        boolean newer = false;
        if (spoken.find())
            for (String number : spoken.group(1).trim().split("[,\\s]+")) {
                if (number.equals("" + PROTOCOL)) return;
                newer = newer || !number.isEmpty() && Long.parseLong(number) > PROTOCOL;
            }
        throw newer
                ? new Failure(502, "bridge_newer", "The Clockify bridge on this node is newer than Jira's app.")
                : new Failure(502, "bridge_older", "The Clockify bridge on this node is older than Jira's app.");
    }

    String exchange(String line) throws IOException {
        try {
            ByteBuffer out = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
            while (channel.write(out) >= 0 && out.hasRemaining()) await(SelectionKey.OP_WRITE);
            return readLine();
        } catch (IOException e) {
            throw e instanceof Failure ? e : new Failure(502, "bridge_lost", "The connection to the Clockify bridge broke.");
        }
    }

    private String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
        ByteBuffer in = ByteBuffer.allocate(8192);
        while (true) {
            int count = channel.read(in.clear());
            if (count < 0) throw new IOException("end of stream");
            if (count == 0) await(SelectionKey.OP_READ);
            line.write(in.array(), 0, count);
            if (count > 0 && in.array()[count - 1] == '\n') return line.toString(StandardCharsets.UTF_8);
            if (line.size() > LONGEST_ANSWER) throw new IOException("the answer is too long");
        }
    }

    private void await(int operation) throws IOException {
        channel.register(selector, operation);
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0 || selector.select(left) == 0)
            throw new Failure(504, "bridge_slow", "The Clockify bridge did not answer in time.");
        selector.selectedKeys().clear();
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
