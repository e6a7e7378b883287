// SPDX-License-Identifier: Apache-2.0
package com.atlassian.sal.api.websudo;

import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** Compile-only: the signatures that are used, as Atlassian's Javadoc of SAL gives them. Not part of the jar. */
public interface WebSudoManager {
    boolean canExecuteRequest(HttpServletRequest request);

    void enforceWebSudoProtection(HttpServletRequest request, HttpServletResponse response);
}
