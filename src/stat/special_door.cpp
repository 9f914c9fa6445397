/* The door to Boost.Math. Nothing is thrown: what is not defined or does not converge is NaN.
 * Computed in double, not in long double, so that every machine gives the same. */
#include <cmath>
#include <limits>

#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include "stat/special.h"

namespace {

using namespace boost::math::policies;
using quiet = policy<domain_error<errno_on_error>, pole_error<errno_on_error>,
                     overflow_error<errno_on_error>, evaluation_error<errno_on_error>,
                     rounding_error<errno_on_error>, promote_double<false>>;

constexpr double NOT_DEFINED = std::numeric_limits<double>::quiet_NaN();

template <typename function> double guarded(function call) {
    try {
        return call();
    } catch (...) {
        return NOT_DEFINED;
    }
}

} // namespace

extern "C" double stat_student_p(double t, double df) {
    if (!(df > 0) || std::isnan(t)) return NOT_DEFINED;
    if (std::isinf(t)) return 0;
    return guarded([=] { return boost::math::ibeta(df / 2, 0.5, df / (df + t * t), quiet()); });
}

extern "C" double stat_student_limit(double df) {
    if (!(df > 0)) return NOT_DEFINED;
    return guarded([=] {
        const boost::math::students_t_distribution<double, quiet> student(df);
        return boost::math::quantile(complement(student, 0.025));
    });
}

extern "C" double stat_binomial_cdf(uint64_t k, uint64_t n, double share) {
    if (!(share >= 0 && share <= 1)) return NOT_DEFINED;
    if (k >= n || share == 0) return 1;
    if (share == 1) return 0;
    const double above = static_cast<double>(k) + 1, below = static_cast<double>(n - k);
    return guarded([=] { return boost::math::ibetac(above, below, share, quiet()); });
}

extern "C" double stat_chi_square_tail(double x, double df) {
    if (!(df > 0) || !(x >= 0)) return NOT_DEFINED;
    if (std::isinf(x)) return 0;
    return guarded([=] { return boost::math::gamma_q(df / 2, x / 2, quiet()); });
}

extern "C" double stat_f_tail(double x, double df, double df_below) {
    if (!(df > 0) || !(df_below > 0) || !(x >= 0)) return NOT_DEFINED;
    if (std::isinf(x)) return 0;
    if (std::isinf(df_below)) return stat_chi_square_tail(df * x, df);
    const double rest = df_below / (df_below + df * x);
    return guarded([=] { return boost::math::ibeta(df_below / 2, df / 2, rest, quiet()); });
}

extern "C" double stat_beta_quantile(double p, double a, double b) {
    if (!(a > 0) || !(b > 0) || !(p >= 0 && p <= 1)) return NOT_DEFINED;
    return guarded([=] { return boost::math::ibeta_inv(a, b, p, quiet()); });
}

extern "C" double stat_normal_quantile(double p) {
    if (!(p >= 0 && p <= 1)) return NOT_DEFINED;
    return guarded([=] { return -std::sqrt(2.0) * boost::math::erfc_inv(2 * p, quiet()); });
}
