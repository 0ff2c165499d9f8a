package attachments

// Stats is how busy this process is with photos, for those who watch it.
type Stats struct {
	Arriving int // uploads that are being received or worked on
	Busy     int // places taken among those worked on
	Places   int
}

// Stats looks at the pipeline now.
func (s *Service) Stats() Stats {
	return Stats{Arriving: int(s.pipe.arriving.Load()), Busy: int(s.pipe.busy.Load()), Places: atOnce}
}
