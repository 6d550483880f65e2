package dev.lockstep.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LibrariesTest {

    @Test
    void theFirstLineTellsTheName() {
        assertThat(Libraries.name("#!lua name=mine\nredis.register_function('f', g)"))
                .isEqualTo("mine");
        assertThat(Libraries.name("#!LUA  flags=x NAME=other \n")).isEqualTo("other");
        assertThat(Libraries.name("-- name=no\n#!lua name=mine")).isNull();
        assertThat(Libraries.name("#!lua\nname=no")).isNull();
    }
}
