// Transforms of lines of tiles, of which the transforms of whole tiles are made: each column, then
// each row.
//
// A line of the source has as many elements as its convolution has points, infinity included:
// 0, 1, -1 for lines of four; 0, ±NEAR, ±FAR for lines of six. The points of Lavin and Gray are
// 0, ±1, ±2 there; with these, whose products are floats as well, sums are two to five times nearer
// to those of a direct convolution. oneDNN takes them too.
//
// References: Lavin, Gray, *Fast Algorithms for Convolutional Neural Networks*, CVPR 2016, section
// 4; Barabasz et al., *Error Analysis and Improving the Accuracy of Winograd Convolution for Deep
// Neural Networks*, 2020, on the choice of points.

#define NEAR 0.625f
#define FAR 1.5f

/// The side of the largest tile of a source.
#define LARGEST_TILE 6

/// Transforms a row or column of a tile of the source, whose elements are `step` pixels apart.
INLINE void tile_source_line(pixel *d, int step, int side) {
    const float near = NEAR * NEAR, far = FAR * FAR;
    const pixel d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step];
    if (side == 4) {
        d[0] = d2 - d0;
        d[step] = d1 + d2;
        d[2 * step] = d2 - d1;
        d[3 * step] = d3 - d1;
        return;
    }
    const pixel d4 = d[4 * step], d5 = d[5 * step];
    const pixel near_even = d4 - far * d2, near_odd = NEAR * (d3 - far * d1);
    const pixel far_even = d4 - near * d2, far_odd = FAR * (d3 - near * d1);
    d[0] = near * far * d0 - (near + far) * d2 + d4;
    d[step] = near_even + near_odd;
    d[2 * step] = near_even - near_odd;
    d[3 * step] = far_even + far_odd;
    d[4 * step] = far_even - far_odd;
    d[5 * step] = near * far * d1 - (near + far) * d3 + d5;
}

/// Sets elements of a line of a source that meet only results that the image does not have, so that
/// its transform is zero from position `points` on; the last position is in no other result than the
/// last.
INLINE void tile_cut_line(pixel *d, int step, int side, int points) {
    const float near = NEAR * NEAR;
    if (side < 6 || points > 4) return;
    if (points == 3) d[3 * step] = near * d[step];
    d[4 * step] = near * d[2 * step] + FAR * (d[3 * step] - near * d[step]);
}

/// Transforms a row or column of sums to `results` results, the first of the line.
INLINE void tile_result_line(pixel *m, int step, int side, int results) {
    const float near = NEAR * NEAR, far = FAR * FAR;
    const pixel m0 = m[0], m1 = m[step], m2 = m[2 * step], m3 = m[3 * step];
    if (side == 4) {
        m[0] = m0 + m1 + m2;
        m[step] = m1 - m2 + m3;
        return;
    }
    const pixel m4 = m[4 * step], m5 = m[5 * step];
    const pixel near_even = m1 + m2, near_odd = NEAR * (m1 - m2);
    const pixel far_even = m3 + m4, far_odd = FAR * (m3 - m4);
    m[0] = m0 + near_even + far_even;
    if (results == 2) {
        m[step] = near_odd + far_odd + m5;
        return;
    }
    m[step] = near_odd + far_odd;
    m[2 * step] = near * near_even + far * far_even;
    m[3 * step] = near * near_odd + far * far_odd + m5;
}
