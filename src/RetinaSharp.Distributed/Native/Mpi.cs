using System.Runtime.InteropServices;
using System.Text;

namespace RetinaSharp.Distributed.Native;

/// <summary>The functions of MPI that a process group needs. All but <see cref="Abort"/> must be called by one thread.</summary>
internal sealed unsafe class Mpi
{
    // MPI_MAX_LIBRARY_VERSION_STRING, the longest text of any implementation.
    private const int MaxText = 8192;

    private readonly nint _library;
    private readonly MpiConstants _constants;
    private readonly delegate* unmanaged[Cdecl]<nint, int, int> _abort;
    private readonly delegate* unmanaged[Cdecl]<void*, void*, int, nint, nint, nint, int> _allReduce;
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, int, nint, int> _broadcast;
    private readonly delegate* unmanaged[Cdecl]<nint, nint*, int> _startBarrier;
    private readonly delegate* unmanaged[Cdecl]<nint*, int*, void*, int> _test;

    /// <summary>Finds the functions in a library.</summary>
    public Mpi(MpiLibrary library)
    {
        (_library, _constants, Abi) = (library.Handle, new(library), library.Abi);
        _abort = (delegate* unmanaged[Cdecl]<nint, int, int>)Function("MPI_Abort");
        _allReduce = (delegate* unmanaged[Cdecl]<void*, void*, int, nint, nint, nint, int>)Function("MPI_Allreduce");
        _broadcast = (delegate* unmanaged[Cdecl]<void*, int, nint, int, nint, int>)Function("MPI_Bcast");
        _startBarrier = (delegate* unmanaged[Cdecl]<nint, nint*, int>)Function("MPI_Ibarrier");
        _test = (delegate* unmanaged[Cdecl]<nint*, int*, void*, int>)Function("MPI_Test");
    }

    /// <summary>Binary interface of the library.</summary>
    public MpiAbi Abi { get; }

    /// <summary>Handles and constants.</summary>
    public MpiConstants Constants => _constants;

    /// <summary>The first line of the library's description of itself.</summary>
    public string Version => Text((delegate* unmanaged[Cdecl]<byte*, int*, int>)Function("MPI_Get_library_version")).Split('\n', '\0')[0].Replace('\t', ' ').Trim();

    /// <summary>Name of the machine.</summary>
    public string Machine => Text((delegate* unmanaged[Cdecl]<byte*, int*, int>)Function("MPI_Get_processor_name"));

    /// <summary>Joins the other processes. The calling thread must make all further calls.</summary>
    /// <exception cref="DistributedException">The library has no support for threads, or a call failed.</exception>
    public void Initialize()
    {
        int granted;
        Check(((delegate* unmanaged[Cdecl]<int*, byte***, int, int*, int>)Function("MPI_Init_thread"))(null, null, _constants.ThreadFunneled, &granted), "MPI_Init_thread");
        // Errors are reported as exceptions; by default the library ends the process.
        Check(((delegate* unmanaged[Cdecl]<nint, nint, int>)Function("MPI_Comm_set_errhandler"))(_constants.World, _constants.ErrorsReturn), "MPI_Comm_set_errhandler");
        if (granted < _constants.ThreadFunneled)
            throw new DistributedException($"{Version} was built without support for threads: use another build of MPI.");
    }

    /// <summary>Leaves the other processes.</summary>
    public void Finish() => Check(((delegate* unmanaged[Cdecl]<int>)Function("MPI_Finalize"))(), "MPI_Finalize");

    /// <summary>Ends all processes; does not return.</summary>
    public void Abort(int exitCode) => _abort(_constants.World, exitCode);

    /// <summary>Returns the rank of this process in a communicator, and its number of processes.</summary>
    public (int Rank, int Size) Place(nint communicator)
    {
        int rank, size;
        Check(((delegate* unmanaged[Cdecl]<nint, int*, int>)Function("MPI_Comm_rank"))(communicator, &rank), "MPI_Comm_rank");
        Check(((delegate* unmanaged[Cdecl]<nint, int*, int>)Function("MPI_Comm_size"))(communicator, &size), "MPI_Comm_size");
        return (rank, size);
    }

    /// <summary>Creates the communicator of the processes on this machine.</summary>
    public nint SplitByMachine()
    {
        nint communicator = 0;
        Check(((delegate* unmanaged[Cdecl]<nint, int, int, nint, nint*, int>)Function("MPI_Comm_split_type"))(
            _constants.World, _constants.CommTypeShared, 0, _constants.InfoNull, &communicator), "MPI_Comm_split_type");
        return communicator;
    }

    /// <summary>Creates a commutative operation for reductions.</summary>
    public nint CreateOperation(delegate* unmanaged[Cdecl]<void*, void*, int*, void*, void> function)
    {
        nint operation = 0;
        Check(((delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<void*, void*, int*, void*, void>, int, nint*, int>)Function("MPI_Op_create"))(function, 1, &operation), "MPI_Op_create");
        return operation;
    }

    public void AllReduce(void* buffer, int count, nint type, nint operation) =>
        Check(_allReduce((void*)_constants.InPlace, buffer, count, type, operation, _constants.World), "MPI_Allreduce");

    public void Broadcast(void* buffer, int count, nint type) => Check(_broadcast(buffer, count, type, 0, _constants.World), "MPI_Bcast");

    /// <summary>Gathers the same number of elements of each process.</summary>
    public void AllGather(void* own, int count, nint type, void* all) =>
        Check(((delegate* unmanaged[Cdecl]<void*, int, nint, void*, int, nint, nint, int>)Function("MPI_Allgather"))(own, count, type, all, count, type, _constants.World), "MPI_Allgather");

    /// <summary>Gathers a number of elements of each process that differs.</summary>
    public void AllGather(void* own, int count, nint type, void* all, int* counts, int* offsets) =>
        Check(((delegate* unmanaged[Cdecl]<void*, int, nint, void*, int*, int*, nint, nint, int>)Function("MPI_Allgatherv"))(own, count, type, all, counts, offsets, type, _constants.World), "MPI_Allgatherv");

    /// <summary>Starts to wait for all processes.</summary>
    /// <returns>The request.</returns>
    public nint StartBarrier()
    {
        nint request = 0;
        Check(_startBarrier(_constants.World, &request), "MPI_Ibarrier");
        return request;
    }

    /// <summary>Moves a request on, and returns whether it is complete.</summary>
    public bool IsComplete(ref nint request)
    {
        int isComplete;
        fixed (nint* handle = &request)
            Check(_test(handle, &isComplete, (void*)_constants.StatusIgnore), "MPI_Test");
        return isComplete != 0;
    }

    private static string Text(delegate* unmanaged[Cdecl]<byte*, int*, int> function)
    {
        var text = stackalloc byte[MaxText];
        int length;
        return function(text, &length) == 0 ? Encoding.UTF8.GetString(text, length) : "unknown";
    }

    private void* Function(string name) => (void*)NativeLibrary.GetExport(_library, name);

    private void Check(int code, string function)
    {
        if (code == 0)
            return;
        var text = stackalloc byte[MaxText];
        int length;
        var isKnown = ((delegate* unmanaged[Cdecl]<int, byte*, int*, int>)Function("MPI_Error_string"))(code, text, &length) == 0;
        throw new DistributedException($"{function} failed: {(isKnown ? Encoding.UTF8.GetString(text, length) : $"error {code}")}.") { IsLost = true };
    }
}
