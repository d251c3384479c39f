/*  One question to a law in one call: what governance/docket.py does in a dozen calls through ctypes, and nothing else.

    Built where there is a C compiler, and done without where there is none. It needs neither headers nor libraries of
    SWI-Prolog: the functions are looked up in the library that is loaded already, by the handle that bind() is given. The
    types are those of SWI-Prolog.h: term_t and fid_t are as wide as a pointer.
*/

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <dlfcn.h>
#include <stdint.h>

#define CAUGHT (0x0004 | 0x0008)  /* no debugger; an exception is a failure of the call, and stays inside */
#define COUNTS 7
#define LARGEST ((INT64_C(1) << 53) - 1)  /* Prolog keeps these in the term's own cell: nothing is left behind */

typedef uintptr_t term_t;
typedef uintptr_t fid_t;

static int (*put_int64)(term_t, int64_t);
static int (*get_int64)(term_t, int64_t *);
static int (*call_predicate)(void *, int, void *, term_t);
static void (*rewind_frame)(fid_t);

static void *
found(void *library, const char *name)
{
    void *function = dlsym(library, name);
    if (function == NULL)
        PyErr_Format(PyExc_OSError, "SWI-Prolog has no %s", name);
    return function;
}

static PyObject *
bind(PyObject *module, PyObject *handle)
{
    void *library = PyLong_AsVoidPtr(handle);
    (void)module;
    if (library == NULL) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "there is no library by that handle");
        return NULL;
    }
    *(void **)&put_int64 = found(library, "PL_put_int64");
    *(void **)&get_int64 = found(library, "PL_get_int64");
    *(void **)&call_predicate = found(library, "PL_call_predicate");
    *(void **)&rewind_frame = found(library, "PL_rewind_foreign_frame");
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

/*  The counts of a case into the terms after `term`. Returns 0 with OverflowError set for one that is too large. */
static int
put_counts(term_t term, PyObject *counts)
{
    if (!PyTuple_CheckExact(counts) || PyTuple_GET_SIZE(counts) != COUNTS) {
        PyErr_Format(PyExc_TypeError, "a case has a tuple of %d counts", COUNTS);
        return 0;
    }
    for (Py_ssize_t index = 0; index < COUNTS; index++) {
        int64_t count = PyLong_AsLongLong(PyTuple_GET_ITEM(counts, index));
        if (count == -1 && PyErr_Occurred())
            return 0;
        if (count < 0 || count > LARGEST) {
            PyErr_SetString(PyExc_OverflowError, "a count needs more than 53 bits");
            return 0;
        }
        if (!put_int64(++term, count)) {
            PyErr_SetString(PyExc_MemoryError, "Prolog has no room for a count");
            return 0;
        }
    }
    return 1;
}

/*  answer(predicate, frame, first, question, counts): see docket.plain_answer, of which this is the twin. */
static PyObject *
answer(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    void *predicate;
    fid_t frame;
    term_t first;
    int64_t question, packed = 0;
    int answered;

    (void)module;
    if (count != 5 || call_predicate == NULL) {
        PyErr_SetString(PyExc_TypeError, "answer takes five arguments, and bind comes first");
        return NULL;
    }
    predicate = PyLong_AsVoidPtr(arguments[0]);
    frame = (fid_t)PyLong_AsSize_t(arguments[1]);
    first = (term_t)PyLong_AsSize_t(arguments[2]);
    question = PyLong_AsLongLong(arguments[3]);
    if (PyErr_Occurred() || !put_counts(first + 2, arguments[4]))
        return NULL;
    answered = put_int64(first + 1, question);
    Py_BEGIN_ALLOW_THREADS
    answered = answered && call_predicate(NULL, CAUGHT, predicate, first);
    Py_END_ALLOW_THREADS
    answered = answered && get_int64(first + 3 + COUNTS, &packed);
    rewind_frame(frame);
    if (!answered)
        Py_RETURN_NONE;
    return PyLong_FromLongLong(packed);
}

static PyMethodDef methods[] = {
    {"bind", bind, METH_O, "Look the functions of Prolog up in the library of this handle."},
    {"answer", (PyCFunction)(void (*)(void))answer, METH_FASTCALL, "One question to a law; see docket.plain_answer."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef shim = {PyModuleDef_HEAD_INIT, "_shim", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC
PyInit__shim(void)
{
    PyObject *module = PyModule_Create(&shim);
    if (module != NULL && PyModule_AddIntConstant(module, "INTERFACE", 1) < 0) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
