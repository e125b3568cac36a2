// A server that answers every request after a pause, and the peer that our connections to WeChat
// are measured against: net/http's client with kept connections, each worker in a goroutine.
//
//	slow_http -listen 127.0.0.1:0 [-pause 50ms] [-certificate FILE -key FILE]   prints its port
//	slow_http -call http://127.0.0.1:PORT [-workers 400] [-seconds 10]
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var body = []byte(`{"session_key":"AAAAAAAAAAAAAAAAAAAAAA==","openid":"o6zAJs-abcdefghijklmnopqrstu"}`)

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "slow_http:", err)
		os.Exit(1)
	}
}

func serve(address string, pause time.Duration, certificate, key string) {
	listener, err := net.Listen("tcp", address)
	fail(err)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	handler := http.HandlerFunc(func(answer http.ResponseWriter, _ *http.Request) {
		time.Sleep(pause)
		answer.Header().Set("Content-Type", "text/plain")
		answer.Write(body)
	})
	if certificate != "" {
		fail(http.ServeTLS(listener, handler, certificate, key))
	}
	fail(http.Serve(listener, handler))
}

func cpu() time.Duration {
	var used syscall.Rusage
	fail(syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func call(url string, workers int, seconds int) {
	client := http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: workers, MaxIdleConns: workers},
	}
	get := func() {
		answer, err := client.Get(url + "/sns/jscode2session?appid=wx0123456789abcdef")
		fail(err)
		_, err = io.ReadAll(answer.Body)
		fail(err)
		answer.Body.Close()
	}
	var open, done sync.WaitGroup
	var calls int64
	open.Add(workers)
	done.Add(workers)
	start := make(chan time.Time)
	for i := 0; i < workers; i++ {
		go func() {
			defer done.Done()
			get()
			open.Done()
			end := <-start
			for time.Now().Before(end) {
				get()
				atomic.AddInt64(&calls, 1)
			}
		}()
	}
	open.Wait()
	before := cpu()
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	for i := 0; i < workers; i++ {
		start <- end
	}
	done.Wait()
	fmt.Printf("%d calls/s, %.1f us of CPU each\n", calls/int64(seconds),
		float64((cpu()-before).Microseconds())/float64(calls))
}

func main() {
	address := flag.String("listen", "", "serve there")
	pause := flag.Duration("pause", 50*time.Millisecond, "before each answer")
	certificate := flag.String("certificate", "", "serve HTTPS")
	key := flag.String("key", "", "the certificate's")
	url := flag.String("call", "", "call this server")
	workers := flag.Int("workers", 400, "that call at the same time")
	seconds := flag.Int("seconds", 10, "to measure")
	flag.Parse()
	if *url != "" {
		call(*url, *workers, *seconds)
		return
	}
	serve(*address, *pause, *certificate, *key)
}
