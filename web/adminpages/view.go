package adminpages

func checkIcon(broken bool) string {
	if broken {
		return "warn"
	}
	return "check"
}
