// Rows of docs/errors.md.
export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const errors = {
  invalidJson: new ApiError(400, 40001, 'the body is not valid JSON'),
  invalidField: new ApiError(400, 40002, 'invalid field'),
  invalidCode: new ApiError(400, 40003, 'the login code is invalid or expired'),
  unauthenticated: new ApiError(401, 40100, 'authentication required'),
  tokenExpired: new ApiError(401, 40101, 'the access token has expired'),
  sessionEnded: new ApiError(401, 40102, 'the session has ended'),
  invalidRefreshToken: new ApiError(401, 40104, 'the refresh token is invalid'),
  accountDisabled: new ApiError(403, 40301, 'the account is disabled'),
  userBlocked: new ApiError(403, 40302, 'WeChat has blocked this user'),
  routeNotFound: new ApiError(404, 40400, 'no such route'),
  userNotFound: new ApiError(404, 40401, 'no such user'),
  methodNotAllowed: new ApiError(405, 40500, 'method not allowed'),
  bodyTooLarge: new ApiError(413, 41300, 'the body is too large'),
  notJson: new ApiError(415, 41500, 'unsupported content type'),
  tooManyRequests: new ApiError(429, 42900, 'too many requests'),
  internal: new ApiError(500, 50000, 'internal error'),
  rejectedByWechat: new ApiError(502, 50200, 'WeChat refused the server'),
  badWechatReply: new ApiError(502, 50201, 'unexpected reply from WeChat'),
  database: new ApiError(503, 50302, 'the database is unavailable'),
  wechatUnavailable: new ApiError(503, 50303, 'WeChat is unavailable'),
};
