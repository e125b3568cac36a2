// The peer that GET /ping is measured against: Gin, as its documentation starts a server.
// With -log FILE it logs each request through gin.Logger().
package main

import (
	"flag"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"
)

func main() {
	address := flag.String("listen", "127.0.0.1:8081", "where to listen")
	logFile := flag.String("log", "", "log requests to this file")
	flag.Parse()

	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.Use(gin.Recovery())
	if *logFile != "" {
		file, err := os.OpenFile(*logFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
		if err != nil {
			panic(err)
		}
		engine.Use(gin.LoggerWithWriter(file))
	}
	engine.GET("/ping", func(c *gin.Context) {
		c.JSON(http.StatusOK, gin.H{"message": "pong"})
	})
	if err := engine.Run(*address); err != nil {
		panic(err)
	}
}
