#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles the stand-in Jira for one servlet container: sh build.sh tomcat10|tomcat9|jetty9 OUTPUT-FOLDER
# Prints the class path with which Main is to be started.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
kind=$1 out=$2
libs=${JAVA_LIBS:-/usr/share/java}
jars() { (cd "$libs" && for name; do ls "$name" 2>/dev/null || :; done) | sed "s|^|$libs/|" | paste -sd: -; }
case $kind in
tomcat10)
    container=Tomcat rename='s/javax\.servlet/jakarta.servlet/g'
    path=$(jars tomcat10-servlet-api.jar tomcat10-catalina.jar tomcat10-coyote.jar tomcat10-util.jar tomcat10-util-scan.jar \
        tomcat10-juli.jar tomcat10-api.jar tomcat10-annotations-api.jar tomcat10-jni.jar tomcat10-jaspic-api.jar tomcat10-el-api.jar) ;;
tomcat9)
    container=Tomcat rename=
    path=$(jars tomcat9-servlet-api.jar tomcat9-catalina.jar tomcat9-coyote.jar tomcat9-util.jar tomcat9-util-scan.jar \
        tomcat9-juli.jar tomcat9-api.jar tomcat9-annotations-api.jar tomcat9-jni.jar tomcat9-jaspic-api.jar tomcat9-el-api.jar) ;;
jetty9)
    container=Jetty rename=
    path=$(jars servlet-api.jar jetty9-server.jar jetty9-servlet.jar jetty9-http.jar jetty9-io.jar jetty9-util.jar jetty9-util-ajax.jar \
        jetty9-security.jar) ;;
*) echo "build.sh: tomcat10, tomcat9 or jetty9?" >&2; exit 64 ;;
esac
path=$path:$libs/org.apache.felix.framework.jar:$libs/osgi.core.jar
rm -rf "$out"
mkdir -p "$out/src" "$out/classes"
cp -R "$here/java" "$here/sal" "$out/src"
cp "$here/container/$container.java" "$out/src/Container.java"
find "$out/src" -name '*.java' -exec sed -i "$rename" {} +
"${JAVAC:-javac}" --release 17 -proc:none -nowarn -encoding UTF-8 -d "$out/classes" -cp "$path" $(find "$out/src" -name '*.java') >&2
echo "$out/classes:$path"
