import{a,b,c,d}from"./part-LS2PJYSS.js";import"./part-564FBMTR.js";import"./part-JWVMNCI6.js";export{a as clamp,d as cover,b as keyed,c as spanned};
