package pictures

// branch: a broken branch over the path of a park.
func branch(c *canvas, solved bool) {
	c.park(true)
	c.tree(262, 300, 2.3)
	c.poly(hex("#c9a878"), 252, 198, 268, 190, 278, 206, 262, 214)
	if solved {
		for range 50 {
			c.circle(hex("#c9a878"), c.between(250, 420), c.between(380, 430), c.between(1, 2.4))
		}
		return
	}
	wood := hex("#6d5442")
	c.shadow(400, 424, 190, 16)
	c.line(wood, 24, curve(236, 394, 320, 408, 420, 398, 520, 420))
	c.line(shade(wood, 0.16), 6, curve(240, 388, 320, 401, 420, 391, 516, 413))
	c.poly(hex("#d2b182"), 222, 386, 246, 382, 250, 406, 228, 410, 236, 398)
	for _, l := range [][]float64{
		{340, 404, 380, 360, 430, 334}, {430, 400, 480, 366, 520, 350}, {450, 402, 500, 440, 560, 452}, {380, 402, 400, 440, 450, 460},
	} {
		c.line(wood, 9, curve(l...))
	}
	leaf := hex("#7c9a62")
	for _, q := range []pt{{430, 330}, {408, 346}, {522, 346}, {540, 418}, {560, 450}, {500, 372}, {450, 458}, {470, 436}, {580, 420}, {452, 346}} {
		c.blob(shade(leaf, c.between(-0.16, 0.16)), q.x, q.y, c.between(24, 42), c.between(18, 30), 0.16)
	}
	c.leaves(230, 410, 360, 60, 34, 1)
}

// hedge: green over the pavement.
func hedge(c *canvas, solved bool) {
	c.rect(c.sky(), -60, -60, 760, 400)
	c.row(220, 190)
	c.rect(hex("#9db47e"), -60, 218, 760, 60)
	c.poly(hex("#c8c3b8"), -60, 266, 700, 266, 700, 540, -60, 540)
	joint := hex("#b3aea3")
	for _, y := range []float64{296, 340, 402, 470} {
		c.rect(joint, -60, y, 760, 2)
	}
	for i := -12.0; i <= 12; i++ {
		c.poly(joint, 320+i*50, 266, 320+i*50+1.6, 266, 320+i*86+3, 540, 320+i*86, 540)
	}
	c.rect(hex("#9c988e"), -60, 446, 760, 10)
	c.rect(asphalt(), -60, 456, 760, 120)
	green := one(c, hex("#5f8050"), hex("#67895a"), hex("#587a55"))
	front := 300.0
	if !solved {
		front = 404
	}
	c.shadow(300, front, 330, 12)
	c.rect(shade(green, -0.18), -60, 168, 640, 110)
	if solved {
		c.round(green, -60, 150, 640, 150, 10)
		for range 260 {
			c.blob(shade(green, c.between(-0.2, 0.22)), c.between(-50, 570), c.between(158, 294), 7, 5, 0.25)
		}
		return
	}
	for range 60 {
		c.blob(shade(green, c.between(-0.14, 0.02)), c.between(-50, 560), c.between(170, 250), c.between(40, 64), c.between(30, 44), 0.14)
	}
	for range 46 {
		y := c.between(250, front-24)
		c.blob(shade(green, c.between(-0.06, 0.1)), c.between(-50, 520-(y-250)*0.4), y, c.between(36, 58), c.between(24, 38), 0.16)
	}
	for range 240 {
		y := c.between(170, front-6)
		c.blob(shade(green, c.between(-0.2, 0.28)), c.between(-50, 560-max(0, y-250)*0.5), y, 8, 5, 0.25)
	}
	for range 16 {
		x, y := c.between(60, 520), c.between(330, 396)
		c.line(shade(green, -0.1), 2.4, curve(x, y, x+c.between(6, 20), y+c.between(4, 12), x+c.between(18, 40), y+c.between(0, 16)))
	}
}

// swing: a frame with two seats.
func swing(c *canvas, solved bool) {
	c.park(false)
	c.fill(hex("#dccb9f"), path{closedCurve(points([]float64{40, 392, 180, 352, 420, 350, 600, 386, 620, 452, 330, 480, 40, 460}))})
	c.specks(hex("#dccb9f"), 370, 455, 50)
	beam := one(c, hex("#a8503f"), hex("#4f7a8f"), hex("#b5853f"))
	for _, x := range []float64{120, 520} {
		c.seg(shade(beam, -0.2), 12, x, 120, x-44, 408)
		c.seg(beam, 12, x, 120, x+44, 416)
	}
	c.seg(beam, 14, 104, 118, 536, 118)
	chain := hex("#565d65")
	seat := func(x1, x2, y float64) {
		c.shadow((x1+x2)/2, 424, 40, 6)
		c.seg(chain, 3, x1, 122, x1, y)
		c.seg(chain, 3, x2, 122, x2, y)
		c.round(hex("#2f3338"), x1-10, y-2, x2-x1+20, 11, 4)
	}
	seat(196, 256, 340)
	if solved {
		seat(384, 444, 340)
		return
	}
	c.seg(chain, 3, 384, 122, 386, 336)
	c.line(chain, 3, curve(444, 122, 446, 160, 441, 196, 445, 214))
	c.shadow(402, 424, 44, 6)
	c.at(388, 336, 1, 68, func() { c.round(hex("#2f3338"), -6, -6, 78, 11, 4) })
	c.line(chain, 3, curve(412, 404, 430, 416, 452, 412, 470, 420))
}

// parkBench: a bench beside the path.
func parkBench(c *canvas, solved bool) {
	c.park(c.chance(0.6))
	x := c.between(290, 350)
	c.rect(hex("#d2c9b4"), x-170, 396, 340, 26)
	c.bench(x, 408, 1.25, !solved)
	c.bin(x+214, 398, 0.62, false)
	if solved {
		return
	}
	c.at(x-40, 432, 1, c.between(6, 14), func() { c.round(hex("#96643f"), -60, -6, 130, 12, 3) })
	for range 12 {
		c.at(x+c.between(-120, 120), c.between(416, 446), 1, c.between(0, 360), func() { c.rect(hex("#c08e63"), -6, -1, 12, 2.4) })
	}
}

// fountain: a round basin on a square.
func fountain(c *canvas, solved bool) {
	c.street()
	stone := one(c, hex("#b9b3a6"), hex("#a9a9a4"), hex("#c2b9a3"))
	c.shadow(320, 424, 250, 20)
	c.ellipse(shade(stone, -0.22), 320, 404, 236, 40)
	c.poly(stone, 84, 344, 556, 344, 548, 406, 92, 406)
	c.ellipse(stone, 320, 406, 228, 36)
	c.ellipse(shade(stone, 0.18), 320, 344, 236, 42)
	inner := hex("#5d6a70")
	if solved {
		inner = hex("#7fa8bd")
	}
	c.ellipse(shade(stone, -0.3), 320, 345, 214, 34)
	c.ellipse(inner, 320, 351, 206, 28)
	c.poly(shade(stone, -0.08), 296, 352, 306, 210, 334, 210, 344, 352)
	c.ellipse(shade(stone, -0.12), 320, 214, 86, 18)
	c.ellipse(shade(stone, 0.14), 320, 206, 86, 16)
	c.ellipse(shade(inner, 0.1), 320, 207, 70, 10)
	c.poly(stone, 312, 206, 316, 150, 324, 150, 328, 206)
	c.circle(shade(stone, -0.1), 320, 146, 11)
	if solved {
		water := hex("#dcecf2", 0.85)
		for _, dx := range []float64{-62, -34, 34, 62} {
			c.lineOnce(water, 4, curve(320, 150, 320+dx*0.5, 132, 320+dx*0.9, 168, 320+dx, 204))
			c.lineOnce(water, 5, curve(320+dx, 210, 320+dx*1.7, 250, 320+dx*2, 346))
			c.ellipse(hex("#eef6f9", 0.8), 320+dx*2, 350, 22, 5)
		}
		return
	}
	c.blob(hex("#6b5a3c"), 300, 358, 130, 14, 0.12)
	c.leaves(150, 338, 340, 30, 80, 0.95)
	c.line(hex("#7d7568"), 2, curve(210, 352, 214, 372, 206, 392, 212, 404))
	c.line(hex("#7d7568"), 2, curve(430, 354, 438, 380, 432, 402))
}

// stream: water in a park.
func stream(c *canvas, solved bool) {
	c.park(false)
	bank := hex("#8c7a58")
	water := hex("#6f94a0")
	if !solved {
		water = hex("#6c8178")
	}
	edge := append(curve(392, 226, 360, 270, 250, 330, 150, 410, 40, 560), curve(640, 560, 590, 440, 520, 350, 452, 280, 440, 226)...)
	for i := range edge {
		d := 16.0
		if i < len(edge)/2 {
			d = -16
		}
		edge[i].x += d
	}
	c.fill(bank, path{edge})
	c.fill(water, path{append(curve(392, 226, 360, 270, 250, 330, 150, 410, 40, 560), curve(640, 560, 590, 440, 520, 350, 452, 280, 440, 226)...)})
	for range 26 {
		y := c.between(250, 470)
		k := (y - 220) / 260
		x := 400 - k*120 + c.between(-1, 1)*k*190
		c.lineOnce(shade(water, 0.22), 1.6+k*1.6, curve(x, y, x+16*k+6, y-2, x+34*k+10, y+1))
	}
	for range 16 {
		x, y := one(c, c.between(140, 250), c.between(520, 590)), c.between(330, 440)
		c.seg(hex("#6d8a4a"), 3, x, y, x+c.between(-6, 6), y-c.between(24, 46))
	}
	if solved {
		return
	}
	film := []colour{hex("#b58fb8", 0.55), hex("#8fb6c9", 0.5), hex("#d0b86a", 0.5), hex("#8fc0a0", 0.45)}
	x, y := c.between(330, 380), c.between(380, 410)
	for i, col := range film {
		c.blob(col, x+float64(i)*9, y+float64(i)*3, 120-float64(i)*24, 34-float64(i)*6, 0.14)
	}
	for range 46 {
		c.circle(hex("#f1efe6", 0.9), c.between(250, 420), c.between(300, 340), c.between(3, 10))
	}
	for range 24 {
		c.circle(hex("#e6e3d6", 0.9), c.between(380, 560), c.between(436, 470), c.between(3, 9))
	}
	c.bottle(300, 360, 1.3, 70, hex("#cfe0df"))
	c.at(470, 400, 1, 20, func() { c.round(hex("#c9b58a"), -16, -8, 34, 16, 4) })
}

// goal: a football goal.
func goal(c *canvas, solved bool) {
	c.park(false)
	c.poly(hex("#86a566"), -60, 250, 700, 250, 700, 540, -60, 540)
	for i := range 5 {
		y := 262 + float64(i)*52
		c.rect(hex("#93b172"), -60, y, 760, 24+float64(i)*2)
	}
	c.poly(hex("#eef0ea"), -60, 398, 700, 398, 700, 406, -60, 406)
	c.ellipse(hex("#b3a06f"), 320, 404, 130, 12)
	net := hex("#eceeea", 0.85)
	for i := range 15 {
		x := 128 + float64(i)*27.6
		if !solved && x > 300 && x < 440 {
			c.lineOnce(net, 1.4, curve(x, 176, x+c.between(-6, 6), 210, x+c.between(-16, 16), 236))
			continue
		}
		c.lineOnce(net, 1.4, curve(x, 176, x+(x-320)*-0.04, 300, x+(x-320)*-0.06, 390))
	}
	for i := range 8 {
		y := 190 + float64(i)*27
		if !solved && y > 226 {
			c.lineOnce(net, 1.4, curve(124, y, 210, y+4, 296, y+8))
			c.lineOnce(net, 1.4, curve(446, y+8, 480, y+3, 516, y))
			continue
		}
		c.lineOnce(net, 1.4, curve(124, y, 320, y+4, 516, y))
	}
	if !solved {
		for _, x := range []float64{312, 352, 398, 430} {
			c.lineOnce(net, 1.4, curve(x, 240, x+c.between(-14, 14), 290, x+c.between(-20, 20), c.between(320, 396)))
		}
		c.blob(net, 372, 400, 64, 8, 0.2)
	}
	post := hex("#f6f6f2")
	c.seg(hex("#c5c8c4"), 7, 120, 172, 150, 232)
	c.seg(hex("#c5c8c4"), 7, 520, 172, 490, 232)
	c.seg(post, 12, 120, 408, 120, 172)
	c.seg(post, 12, 520, 408, 520, 172)
	c.seg(post, 12, 120, 172, 520, 172)
}
