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
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, void*, int, nint, nint, int> _allGather;
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, void*, int*, int*, nint, nint, int> _allGatherParts;
    private readonly delegate* unmanaged[Cdecl]<void*, int*, int*, nint, void*, int*, int*, nint, nint, int> _allToAll;
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, int, nint, int> _broadcast;
    private readonly delegate* unmanaged[Cdecl]<nint, nint*, int> _startBarrier;
    private readonly delegate* unmanaged[Cdecl]<nint*, int*, void*, int> _test;

    /// <summary>Finds the functions in a library.</summary>
    public Mpi(MpiLibrary library)
    {
        (_library, _constants, Abi) = (library.Handle, new(library), library.Abi);
        _abort = (delegate* unmanaged[Cdecl]<nint, int, int>)Function("MPI_Abort");
        _allGather = (delegate* unmanaged[Cdecl]<void*, int, nint, void*, int, nint, nint, int>)Function("MPI_Allgather");
        _allGatherParts = (delegate* unmanaged[Cdecl]<void*, int, nint, void*, int*, int*, nint, nint, int>)Function("MPI_Allgatherv");
        _allToAll = (delegate* unmanaged[Cdecl]<void*, int*, int*, nint, void*, int*, int*, nint, nint, int>)Function("MPI_Alltoallv");
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

    /// <summary>Copies bytes of rank 0 to all processes.</summary>
    public void Broadcast(void* buffer, int length) => Check(_broadcast(buffer, length, _constants.Byte, 0, _constants.World), "MPI_Bcast");

    /// <summary>Gathers the same number of bytes of each process.</summary>
    public void AllGather(void* own, int length, void* all) => Check(_allGather(own, length, _constants.Byte, all, length, _constants.Byte, _constants.World), "MPI_Allgather");

    /// <summary>Gathers a number of bytes of each process that differs.</summary>
    public void AllGather(void* own, int length, void* all, ReadOnlySpan<int> lengths, ReadOnlySpan<int> offsets)
    {
        fixed (int* allLengths = lengths, allOffsets = offsets)
            Check(_allGatherParts(own, length, _constants.Byte, all, allLengths, allOffsets, _constants.Byte, _constants.World), "MPI_Allgatherv");
    }

    /// <summary>Sends bytes to each process, and receives bytes of each.</summary>
    public void AllToAll(void* sent, ReadOnlySpan<int> sentLengths, ReadOnlySpan<int> sentAt, void* received, ReadOnlySpan<int> receivedLengths, ReadOnlySpan<int> receivedAt)
    {
        fixed (int* outLengths = sentLengths, outAt = sentAt, inLengths = receivedLengths, inAt = receivedAt)
            Check(_allToAll(sent, outLengths, outAt, _constants.Byte, received, inLengths, inAt, _constants.Byte, _constants.World), "MPI_Alltoallv");
    }

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
