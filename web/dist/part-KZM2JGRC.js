import{a,b,c,d}from"./part-5NOE3F4I.js";import"./part-564FBMTR.js";import"./part-WWQQZGHO.js";export{a as clamp,d as cover,b as keyed,c as spanned};
