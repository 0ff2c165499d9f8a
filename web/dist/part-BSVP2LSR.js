import{a,b,c,d}from"./part-RAPTLRAL.js";import"./part-564FBMTR.js";import"./part-Y22XAA2Q.js";export{a as clamp,d as cover,b as keyed,c as spanned};
