#pragma once
#include <cblas.h>

// Debian's libopenblas-dev exports LAPACK's Fortran entry points but ships no lapacke.h, so they are declared here.
// Column-major: a row-major lower triangle is uplo = "U". info > 0 names the leading minor that is not positive definite.
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info);
