package dev.lockstep.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class MembershipTest {

    private static final NodeAddress A = new NodeAddress("a", 1);
    private static final NodeAddress B = new NodeAddress("b", 1);
    private final Membership membership = new Membership();

    @Test
    void who_is_listed_belongs_and_who_is_not_any_more_belongs_for_a_grace() {
        assertThat(membership.update(Set.of(A, B), true, 0)).containsOnly(A, B);
        assertThat(membership.update(Set.of(A), true, Membership.GRACE)).containsOnly(A, B);
        assertThat(membership.update(Set.of(A), true, Membership.GRACE + 1)).containsOnly(A);
        assertThat(membership.update(Set.of(A, B), true, Membership.GRACE + 2)).containsOnly(A, B);
    }

    @Test
    void nobody_is_forgotten_while_nobody_tells() {
        membership.update(Set.of(A, B), true, 0);

        assertThat(membership.update(Set.of(), false, 10 * Membership.GRACE)).containsOnly(A, B);
        assertThat(membership.update(Set.of(A), true, 11 * Membership.GRACE)).containsOnly(A, B);
        assertThat(membership.update(Set.of(A), true, 11 * Membership.GRACE + 1))
                .containsOnly(A);
    }
}
