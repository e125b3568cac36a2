#pragma once

namespace maque {

/// Whether what requests, actors and lanes do is measured. It always is; a build without (the CMake
/// option MAQUE_METERING) is there to be compared with.
#ifdef MAQUE_WITHOUT_METERING
inline constexpr bool is_metered = false;
#else
inline constexpr bool is_metered = true;
#endif

} // namespace maque
