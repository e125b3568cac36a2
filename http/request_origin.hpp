#pragma once

#include "http/request.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Whose page it is in whose name a browser asks. For programs there is no such question: none of
/// this stands in their way.
namespace maque::http {

/// Whether the Host of a request is one of these names, "localhost", below ".localhost" (RFC 6761,
/// section 6.3), or an address. Any other name may be somebody else's who lets it lead here, so
/// that his page may read the answer (DNS rebinding). A request without Host is no browser's.
bool is_own_host(const request& incoming, const std::vector<std::string>& names);

/// Whether a browser doesn't say that the request is made by a page of another origin (Origin: RFC
/// 6454, section 7; Sec-Fetch-Site and Sec-Fetch-Mode: W3C Fetch Metadata). To follow a link from
/// elsewhere is allowed.
bool is_own_origin(const request& incoming);

/// The value of a cookie (RFC 6265, section 4.2); empty if there is none.
std::string_view cookie_of(const request& incoming, std::string_view name);

} // namespace maque::http
