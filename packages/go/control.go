package fauxidptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Error is a call of the control API that was refused.
type Error struct {
	// Status is that of the answer; 0 where nobody answered.
	Status int
	// Detail says why.
	Detail string
	// Nearest are the calls that came nearest to a verification that failed, each with what differs.
	Nearest []string
}

func (e *Error) Error() string {
	text := e.Detail
	for _, call := range e.Nearest {
		text += "\n  near: " + call
	}
	return text
}

var client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{}}

// control calls a path below /__fauxidp/. The answer goes to found: a text into a *string, else JSON.
func control(base, method, path string, body, found any) error {
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, base+"/__fauxidp/"+path, sent)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return &Error{Detail: fmt.Sprintf("nobody answers at %s: %v", base, err)}
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		problem := struct {
			Detail  string
			Nearest []json.RawMessage
		}{Detail: strings.TrimSpace(string(text))}
		_ = json.Unmarshal(text, &problem) // another answer is told as it is
		refused := &Error{Status: answer.StatusCode, Detail: problem.Detail}
		for _, near := range problem.Nearest {
			var call string
			if json.Unmarshal(near, &call) == nil {
				refused.Nearest = append(refused.Nearest, call)
			}
		}
		return refused
	}
	if plain, ok := found.(*string); ok && !strings.Contains(answer.Header.Get("Content-Type"), "json") {
		*plain = string(text)
		return nil
	}
	if found == nil {
		return nil
	}
	return json.Unmarshal(text, found)
}
