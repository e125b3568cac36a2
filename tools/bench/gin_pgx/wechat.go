package main

import (
	"context"
	"encoding/json"
	"errors"
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

func (w *wechatClient) exchange(ctx context.Context, code string) (string, error) {
	query := url.Values{"appid": {appid}, "secret": {"secret"}, "js_code": {code},
		"grant_type": {"authorization_code"}}
	request, err := http.NewRequestWithContext(
		ctx, http.MethodGet, w.base+"/sns/jscode2session?"+query.Encode(), nil)
	if err != nil {
		return "", err
	}
	answer, err := w.client.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil {
		return "", err
	}
	var known struct {
		Openid     string `json:"openid"`
		SessionKey string `json:"session_key"`
		Errcode    int    `json:"errcode"`
	}
	if err := json.Unmarshal(body, &known); err != nil {
		return "", err
	}
	if known.Errcode != 0 || known.Openid == "" || known.SessionKey == "" {
		return "", errors.New("refused by WeChat")
	}
	return known.Openid, nil
}
