using System.Runtime.InteropServices;

namespace RetinaSharp.Distributed.Native;

/// <summary>NVIDIA's NCCL, by its C API (nccl.h).</summary>
internal sealed unsafe partial class Nccl : INccl
{
    private const string Library = "libnccl.so.2";

    // NCCL_UNIQUE_ID_BYTES.
    private const int IdLength = 128;

    // ncclUint8.
    private const int Byte = 1;

    private nint _communicator;

    // 2.12.10, the first in which operations without data do not hang.
    private const int FirstVersion = 21210;

    public static bool IsAvailable { get; } =
        NativeLibrary.TryLoad(Library, typeof(Nccl).Assembly, null, out _) && ncclGetVersion(out var version) == 0 && version >= FirstVersion;

    public string Version
    {
        get
        {
            Check(ncclGetVersion(out var version));
            return $"NCCL {version / 10000}.{version / 100 % 100}.{version % 100}";
        }
    }

    public byte[] CreateId()
    {
        Id id;
        Check(ncclGetUniqueId(&id));
        return new Span<byte>(id.Bytes, IdLength).ToArray();
    }

    public void Connect(byte[] id, int size, int rank)
    {
        Id copy;
        id.CopyTo(new Span<byte>(copy.Bytes, IdLength));
        Check(ncclCommInitRank(out _communicator, size, copy, rank));
    }

    public void StartGroup() => Check(ncclGroupStart());

    public void EndGroup() => Check(ncclGroupEnd());

    public void Send(nint source, long length, int rank, nint stream) => Check(ncclSend(source, (nuint)length, Byte, rank, _communicator, stream));

    public void Receive(nint destination, long length, int rank, nint stream) => Check(ncclRecv(destination, (nuint)length, Byte, rank, _communicator, stream));

    public void Broadcast(nint memory, long length, int rank, nint stream) => Check(ncclBroadcast(memory, memory, (nuint)length, Byte, rank, _communicator, stream));

    public void Check()
    {
        Check(ncclCommGetAsyncError(_communicator, out var error));
        Check(error);
    }

    public void Dispose()
    {
        // Unlike ncclCommDestroy, this does not wait for processes that may be lost. Nothing runs any more.
        if (_communicator != 0)
            _ = ncclCommAbort(_communicator);
        _communicator = 0;
    }

    private static void Check(int result)
    {
        if (result != 0)
            throw new DistributedException($"NCCL: {Marshal.PtrToStringUTF8(ncclGetErrorString(result))}");
    }

    [LibraryImport(Library)]
    private static partial int ncclGetVersion(out int version);

    [LibraryImport(Library)]
    private static partial int ncclGetUniqueId(Id* id);

    [LibraryImport(Library)]
    private static partial int ncclCommInitRank(out nint communicator, int size, Id id, int rank);

    [LibraryImport(Library)]
    private static partial int ncclCommAbort(nint communicator);

    [LibraryImport(Library)]
    private static partial int ncclCommGetAsyncError(nint communicator, out int error);

    [LibraryImport(Library)]
    private static partial nint ncclGetErrorString(int result);

    [LibraryImport(Library)]
    private static partial int ncclGroupStart();

    [LibraryImport(Library)]
    private static partial int ncclGroupEnd();

    [LibraryImport(Library)]
    private static partial int ncclSend(nint source, nuint count, int type, int rank, nint communicator, nint stream);

    [LibraryImport(Library)]
    private static partial int ncclRecv(nint destination, nuint count, int type, int rank, nint communicator, nint stream);

    [LibraryImport(Library)]
    private static partial int ncclBroadcast(nint source, nint destination, nuint count, int type, int root, nint communicator, nint stream);

    // ncclUniqueId, which is passed by value.
    private struct Id
    {
        public fixed byte Bytes[IdLength];
    }
}
