import{a,b,c,d,e,f,g,h}from"./part-RL6L4WT3.js";import"./part-CU2IOI6S.js";export{d as Client,a as atMost,f as attach,c as backoff,b as lookAfter,h as merge,e as sharedClient,g as takeAway};
