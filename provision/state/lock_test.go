package state

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"phonegate/provision/fault"
)

func TestLockKeepsASecondRunOut(t *testing.T) {
	dir := filepath.Join(t.TempDir(), Dir)
	first, second, other := open(t, dir), open(t, dir), open(t, dir)
	other.path = filepath.Join(dir, "prod.json")
	if err := first.Lock(); err != nil {
		t.Fatal(err)
	}
	if err := first.Lock(); err != nil {
		t.Errorf("the same run again: %v", err)
	}
	err := second.Lock()
	var busy *Busy
	if f := fault.Of(err); f == nil || f.Code != "state.locked" || !errors.As(err, &busy) || busy.Owner.PID != os.Getpid() {
		t.Fatalf("error = %+v", f)
	}
	if !strings.HasPrefix(err.Error(), "Another phonegate (pid ") || !strings.HasSuffix(err.Error(), "is working on tenant dev.") {
		t.Errorf("error = %v", err)
	}
	if err := other.Lock(); err != nil {
		t.Errorf("another tenant: %v", err)
	}
	for range 2 {
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := second.Lock(); err != nil {
		t.Errorf("after Close: %v", err)
	}
	_, _ = second.Close(), other.Close()
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
}

func TestLockIsTakenOverOnlyFromTheDead(t *testing.T) {
	now := time.Now().UTC().Round(0)
	me := Owner{PID: 100, Host: "here", Started: now}
	alive := func(pid int) bool { return pid == 200 }
	for name, tt := range map[string]struct {
		content string
		taken   bool
	}{
		"a living process":       {`{"pid":200,"host":"here","started":"2020-01-01T00:00:00Z"}`, false},
		"a dead process":         {`{"pid":300,"host":"here","started":"` + now.Format(time.RFC3339) + `"}`, true},
		"our number, earlier":    {`{"pid":100,"host":"here","started":"2020-01-01T00:00:00Z"}`, true},
		"elsewhere, just now":    {`{"pid":300,"host":"there","started":"` + now.Format(time.RFC3339) + `"}`, false},
		"elsewhere, long ago":    {`{"pid":200,"host":"there","started":"2020-01-01T00:00:00Z"}`, true},
		"being written just now": {``, false},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "dev.lock")
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			l, err := acquire(path, me, alive)
			if tt.taken != (err == nil) {
				t.Fatalf("error = %v", err)
			}
			if !tt.taken {
				return
			}
			if err := l.release(); err != nil {
				t.Fatal(err)
			}
			if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 0 {
				t.Errorf("left behind: %v", files)
			}
		})
	}
}

func TestLockHalfWrittenLongAgoIsTakenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dev.lock")
	if err := os.WriteFile(path, []byte(`{"pid"`), 0o600); err != nil {
		t.Fatal(err)
	}
	me := Owner{PID: 100, Host: "here", Started: time.Now().Add(time.Minute)}
	l, err := acquire(path, me, func(int) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	_ = l.release()
}

func TestReleaseLeavesALockThatBelongsToAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dev.lock")
	l, err := acquire(path, Owner{PID: 100, Host: "here", Started: time.Now().UTC().Round(0)}, func(int) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	const theirs = `{"pid":200,"host":"there","started":"2026-01-01T00:00:00Z"}`
	if err := os.WriteFile(path, []byte(theirs), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.release(); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(path); string(data) != theirs {
		t.Errorf("the lock says %s", data)
	}
}

func TestTakeAwayPutsBackALockThatChangedMeanwhile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dev.lock")
	if err := os.WriteFile(path, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := takeAway(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(path); string(data) != "new" {
		t.Errorf("the lock says %q", data)
	}
}

func TestAliveKnowsThisProcess(t *testing.T) {
	if !alive(os.Getpid()) {
		t.Error("this process counts as dead")
	}
}

func TestLockingReadsWhatAnotherRunHasWritten(t *testing.T) {
	dir := t.TempDir()
	first, second := open(t, dir), open(t, dir)
	if err := errors.Join(first.Lock(), first.Note("a").Set("k", "v"), first.Close(), second.Lock()); err != nil {
		t.Fatal(err)
	}
	if got := second.Note("a").Get("k"); got != "v" {
		t.Errorf("the second run still has %q", got)
	}
	if err := errors.Join(second.Close(), first.Lock(), first.Forget(), first.Close(), second.Lock()); err != nil {
		t.Fatal(err)
	}
	if got := second.Note("a").Get("k"); got != "" {
		t.Errorf("what the first run has forgotten is still %q", got)
	}
	_ = second.Close()
}

func TestALockIsNeverSeenHalfWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dev.lock")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 300 {
			l, err := acquire(path, Owner{PID: os.Getpid(), Host: "here", Started: time.Now().UTC().Round(0)}, alive)
			if err != nil {
				t.Error(err)
				return
			}
			if err := l.release(); err != nil {
				t.Error(err)
			}
		}
	}()
	for seen := 0; ; {
		select {
		case <-done:
			if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v (seen %d times)", left, err, seen)
			}
			return
		default:
		}
		if data, err := os.ReadFile(path); err == nil {
			if seen++; ownerOf(path, data).PID == 0 {
				t.Fatalf("the lock was %q", data)
			}
		}
	}
}

func TestOnlyWhoHoldsTheLockSweepsWhatAKilledRunLeft(t *testing.T) {
	dir := filepath.Join(t.TempDir(), Dir)
	first, second := open(t, dir), open(t, dir)
	if err := first.Lock(); err != nil {
		t.Fatal(err)
	}
	leave := func(name string, age time.Duration) string {
		path, then := filepath.Join(dir, name), time.Now().Add(-age)
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
		return path
	}
	old, young, others := leave(".dev.json.2718281828", time.Hour), leave(".dev.json.31415", 0), leave(".prod.json.1618", time.Hour)
	there := func(path string) bool {
		_, err := os.Stat(path)
		return err == nil
	}
	if err := second.Lock(); err == nil || !there(old) {
		t.Errorf("a run without the lock swept, or got it: %v", err)
	}
	_ = first.Close()
	if err := second.Lock(); err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if there(old) || !there(young) || !there(others) {
		t.Errorf("there are: the old one %v, the young one %v, another tenant's %v", there(old), there(young), there(others))
	}
}
