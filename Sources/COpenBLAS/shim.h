#pragma once
#include <cblas.h>

// Debian's libopenblas-dev exports LAPACK's Fortran entry points but ships no lapacke.h, so they are declared here.
// Column-major: a row-major lower triangle is uplo = "U". info > 0 names the leading minor that is not positive definite.
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info);

// Eigenvalues ascending in w, eigenvectors as the columns of a (rows in row-major). info > 0: it did not converge.
void dsyev_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
            const int *lwork, int *info);
