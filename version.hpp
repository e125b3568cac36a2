#pragma once

#include <string>

namespace maque {

/// "0.1.0 (commit 0123456789ab)"
std::string version_text();

/// The data of /api/version: {"version","commit","compiler","libraries":{name:version}}.
std::string version_json();

} // namespace maque
