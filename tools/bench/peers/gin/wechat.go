package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"
)

// wechatClient exchanges login codes over connections that are kept.
type wechatClient struct {
	base   string
	client *http.Client
}

func newWechatClient(base string) *wechatClient {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns = 1024
	transport.MaxIdleConnsPerHost = 1024
	return &wechatClient{base, &http.Client{Transport: transport, Timeout: 5 * time.Second}}
}

// exchange returns the openid and the session_key.
func (w *wechatClient) exchange(ctx context.Context, code string) (string, string, error) {
	query := url.Values{"appid": {appid}, "secret": {"secret"}, "js_code": {code},
		"grant_type": {"authorization_code"}}
	request, err := http.NewRequestWithContext(
		ctx, http.MethodGet, w.base+"/sns/jscode2session?"+query.Encode(), nil)
	if err != nil {
		return "", "", errInternal
	}
	answer, err := w.client.Do(request)
	if err != nil {
		return "", "", errWechatUnavailable
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil {
		return "", "", errWechatUnavailable
	}
	var known struct {
		Openid     string `json:"openid"`
		SessionKey string `json:"session_key"`
		Errcode    int    `json:"errcode"`
	}
	if err := json.Unmarshal(body, &known); err != nil {
		return "", "", errBadWechatReply
	}
	if known.Errcode != 0 {
		return "", "", wechatError(known.Errcode)
	}
	if known.Openid == "" || known.SessionKey == "" {
		return "", "", errBadWechatReply
	}
	return known.Openid, known.SessionKey, nil
}

func wechatError(errcode int) error {
	switch errcode {
	case 40029, 40163:
		return errInvalidCode
	case 40226:
		return errUserBlocked
	case 45011:
		return errTooManyRequests
	case -1:
		return errWechatUnavailable
	default:
		return errRejectedByWechat
	}
}
