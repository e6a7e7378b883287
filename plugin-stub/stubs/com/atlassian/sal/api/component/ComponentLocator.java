// SPDX-License-Identifier: Apache-2.0
package com.atlassian.sal.api.component;

/** Compile-only: the signatures that are used, as Atlassian's Javadoc of SAL gives them. Not part of the jar. */
public abstract class ComponentLocator {
    public static <T> T getComponent(Class<T> type) {
        throw new IllegalStateException();
    }
}
