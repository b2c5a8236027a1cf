// What Swift needs of oneDNN 2.x, a header for each job.
//
// Operation descriptors, attributes and the choice among implementations stay in here: version 3
// of the library replaced them, and nothing but this folder has to follow.

#pragma once

#include "attributes.h"
#include "channels.h"
#include "choice.h"
#include "convolution.h"
#include "elementwise.h"
#include "layout.h"
#include "library.h"
#include "linear.h"
#include "normalization.h"
#include "parallel.h"
#include "pooling.h"
