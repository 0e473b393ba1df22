package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// sharing is a Transport that works for an account with others.
func sharing(u *url.URL, rates *Rates, account string) *Transport {
	return New(Options{Endpoints: Endpoints{Auth0: u, Twilio: u, Vercel: u}, Auth0Hosts: []string{"acme.us.auth0.test"}, Rates: rates,
		Accounts: map[string]string{auth0: account, twilio: account, vercel: account}, Backoff: time.Millisecond})
}

// allowing answers with what Auth0 says of its limit.
func allowing(limit, left int, reset time.Duration) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		now := time.Now()
		rw.Header().Set("Date", now.UTC().Format(http.TimeFormat))
		rw.Header().Set("X-RateLimit-Limit", strconv.Itoa(limit))
		rw.Header().Set("X-RateLimit-Remaining", strconv.Itoa(left))
		rw.Header().Set("X-RateLimit-Reset", strconv.FormatInt(now.Add(reset).Unix(), 10))
	}
}

func TestTenantsOfOneAccountAreHeldBackTogetherAndOthersAreNot(t *testing.T) {
	u, n := server(t, status(429, "Retry-After", "30"), status(200))
	rates := NewRates()
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	waits := make(chan string, 8)
	get := func(account string) {
		tr := sharing(u, rates, account)
		tr.o.OnWait = func(string, time.Duration) { waits <- account }
		group.Go(func() { _, _ = do(t, tr, ctx, "GET", tenant, "") })
		<-waits
	}
	get("one")
	get("one") // has asked nobody itself
	if n.Load() != 1 {
		t.Errorf("%d requests arrived, want the first one alone", n.Load())
	}
	if res, err := do(t, sharing(u, rates, "two"), ctx, "GET", tenant, ""); err != nil || res.StatusCode != 200 {
		t.Errorf("another account was held back: %v, %v", res, err)
	}
	cancel()
	group.Wait()
}

func TestWhatTheAnswersSayOfTheLimitIsKeptWithoutARefusal(t *testing.T) {
	u, n := server(t, allowing(2, 1, 30*time.Second), allowing(2, 0, 30*time.Second))
	rates := NewRates()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, err := do(t, sharing(u, rates, "one"), ctx, "GET", tenant, ""); err != nil {
		t.Fatal(err)
	}
	done, waits := make(chan error, 4), make(chan time.Duration, 4)
	for range 4 { // one more is allowed, the others wait for the reset
		tr := sharing(u, rates, "one")
		tr.o.OnWait = func(_ string, d time.Duration) { waits <- d }
		go func() {
			_, err := do(t, tr, ctx, "GET", tenant, "")
			done <- err
		}()
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	for range 3 {
		if d := <-waits; d < 28*time.Second || d > 33*time.Second {
			t.Errorf("a wait of %s was told", d)
		}
	}
	if n.Load() != 2 {
		t.Errorf("%d requests arrived, want the two that are allowed", n.Load())
	}
	cancel()
	for range 3 {
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}

func TestWhatIsSaidOfOtherLimitsHoldsNobodyBack(t *testing.T) {
	for name, c := range map[string]struct {
		url    string
		answer http.HandlerFunc
	}{
		"so many deployments an hour": {"https://api.vercel.com/v13/deployments", allowing(100, 0, time.Hour)},
		"nonsense":                    {tenant, status(200, "X-RateLimit-Limit", "-1", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "soon")},
	} {
		u, n := server(t, c.answer)
		tr := sharing(u, NewRates(), "one")
		for range 5 {
			if _, err := do(t, tr, t.Context(), "GET", c.url, ""); err != nil {
				t.Fatal(err)
			}
		}
		if n.Load() != 5 {
			t.Errorf("%s: %d requests", name, n.Load())
		}
	}
}

func TestAuth0sLoginAndItsManagementAPIHaveLimitsOfTheirOwn(t *testing.T) {
	u, n := server(t, allowing(10, 0, 30*time.Second), status(200))
	tr := sharing(u, NewRates(), "one")
	for _, address := range []string{"https://acme.us.auth0.test/oauth/token", tenant, tenant} {
		if _, err := do(t, tr, t.Context(), "GET", address, ""); err != nil {
			t.Fatal(err)
		}
	}
	if n.Load() != 3 {
		t.Errorf("%d requests", n.Load())
	}
}

// waiting is how many requests stand in the queues.
func (r *Rates) waiting() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.accounts {
		a.mu.Lock()
		n += len(a.queue)
		a.mu.Unlock()
	}
	return n
}

func TestTheVeryFirstRequestGoesAlone(t *testing.T) {
	goOn := make(chan struct{})
	u, n := server(t, func(http.ResponseWriter, *http.Request) { <-goOn }, status(200))
	rates := NewRates()
	tr := sharing(u, rates, "one")
	var group sync.WaitGroup
	for range 5 {
		group.Go(func() {
			if _, err := do(t, tr, t.Context(), "GET", tenant, ""); err != nil {
				t.Error(err)
			}
		})
	}
	// The others stand in the queue by then. They are counted before the first answer is let go: it lets them all go.
	for n.Load() == 0 || n.Load() == 1 && rates.waiting() < 4 {
		runtime.Gosched()
	}
	if early := n.Load(); early != 1 {
		t.Errorf("%d requests arrived before the first answer", early)
	}
	close(goOn)
	group.Wait()
	if n.Load() != 5 {
		t.Errorf("%d requests", n.Load())
	}
}

func TestAnAnswerThatCountsNothingTakesNothingAway(t *testing.T) {
	u, n := server(t, allowing(5, 1, 30*time.Second), status(200))
	tr := sharing(u, NewRates(), "one")
	for range 6 {
		if _, err := do(t, tr, t.Context(), "GET", tenant, ""); err != nil {
			t.Fatal(err)
		}
	}
	if n.Load() != 6 {
		t.Errorf("%d requests", n.Load())
	}
}

// TestACrowdLearnsThePaceOfAProviderThatNamesNone lets many tenants loose on one Twilio account that refuses without saying for
// how long: all are served, and few have to come again.
func TestACrowdLearnsThePaceOfAProviderThatNamesNone(t *testing.T) {
	const crowd, burst, refill = 120, 10, 2 * time.Millisecond
	var mu sync.Mutex
	tokens, last, refused := float64(burst), time.Now(), 0
	var worst atomic.Int32
	u, _ := server(t, func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		now := time.Now()
		tokens, last = min(burst, tokens+float64(now.Sub(last))/float64(refill)), now
		if tokens < 1 {
			refused++
			rw.WriteHeader(429)
			_, _ = io.WriteString(rw, `{"code":20429}`)
			return
		}
		tokens--
	})
	rates := NewRates()
	var group sync.WaitGroup
	for i := range crowd {
		group.Go(func() {
			tr := sharing(u, rates, "AC1")
			tr.retry.busy = 10 * time.Millisecond
			res, err := do(t, tr, t.Context(), "POST", verify, fmt.Sprint(i))
			if err != nil || res.StatusCode != 200 {
				t.Errorf("request %d: %v %v", i, res, err)
			}
			if n := int32(tr.Requests()[twilio]); n > worst.Load() {
				worst.Store(n)
			}
		})
	}
	group.Wait()
	t.Logf("%d refusals, at most %d attempts", refused, worst.Load())
	if worst.Load() > 10 {
		t.Errorf("a request took %d attempts", worst.Load())
	}
}

func TestTheOldestRequestGoesFirst(t *testing.T) {
	a := NewRates().account("x", 0)
	first, second := a.join(), a.join()
	a.enter(second)
	a.enter(first) // it was refused, and comes again
	if gone, _, _ := a.try(second); gone {
		t.Error("the younger one overtook")
	}
	if gone, _, _ := a.try(first); !gone {
		t.Error("the older one did not go")
	}
	a.done(ending{})
	if gone, _, _ := a.try(second); !gone {
		t.Error("the younger one did not follow")
	}
}

func TestARefusalThatDoesNotEndIsAnErrorInTheEnd(t *testing.T) {
	u, n := server(t, status(429, "Retry-After", "0"))
	tr := sharing(u, NewRates(), "one")
	tr.retry.calm = time.Millisecond
	res, err := do(t, tr, t.Context(), "GET", tenant, "")
	if err != nil || res.StatusCode != 429 || n.Load() != 31 {
		t.Errorf("%d requests, %v, %v", n.Load(), res, err)
	}
	// The delays that are asked for are added up.
	past := tries{refused: 110 * time.Second}
	if _, again := tr.retry.next(auth0, &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {"11"}}, Body: io.NopCloser(strings.NewReader(""))}, nil, true, &past); again {
		t.Error("a request is delayed for more than two minutes")
	}
}
