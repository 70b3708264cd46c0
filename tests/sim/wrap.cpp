// Counters in front of the two tables, in hb_sim alone (see coverage.hpp). The names are those of
// hb::resource::advance(Claim, ClaimInput) and (Tenure, TenureInput) as the linker knows them.
#include "sim/coverage.hpp"

using hb::resource::Claim;
using hb::resource::ClaimInput;
using hb::resource::ClaimStep;
using hb::resource::Tenure;
using hb::resource::TenureInput;
using hb::resource::TenureStep;

ClaimStep real_claim(Claim, ClaimInput) __asm__(
    "__real__ZN2hb8resource7advanceENS0_5ClaimENS0_10ClaimInputE");
ClaimStep counted_claim(Claim, ClaimInput) __asm__(
    "__wrap__ZN2hb8resource7advanceENS0_5ClaimENS0_10ClaimInputE");
TenureStep real_tenure(Tenure, TenureInput) __asm__(
    "__real__ZN2hb8resource7advanceENS0_6TenureENS0_11TenureInputE");
TenureStep counted_tenure(Tenure, TenureInput) __asm__(
    "__wrap__ZN2hb8resource7advanceENS0_6TenureENS0_11TenureInputE");

ClaimStep counted_claim(Claim state, ClaimInput input) {
    hb::sim::coverage().claim(state, input);
    return real_claim(state, input);
}

TenureStep counted_tenure(Tenure state, TenureInput input) {
    hb::sim::coverage().tenure(state, input);
    return real_tenure(state, input);
}
