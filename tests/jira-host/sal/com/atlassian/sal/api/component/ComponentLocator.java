// SPDX-License-Identifier: Apache-2.0
package com.atlassian.sal.api.component;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A stand-in of SAL's type: what Jira registers under a class. */
public abstract class ComponentLocator {
    public static final Map<Class<?>, Object> COMPONENTS = new ConcurrentHashMap<>();

    public static <T> T getComponent(Class<T> type) {
        return type.cast(COMPONENTS.get(type));
    }
}
