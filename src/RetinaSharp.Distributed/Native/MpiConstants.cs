using System.Runtime.InteropServices;

namespace RetinaSharp.Distributed.Native;

/// <summary>
/// Handles and constants of an MPI library. Handles are held in 64 bits. Libraries with 32-bit handles read the lower half of an argument, and write the lower half of a variable
/// that was 0; so there must be no arrays of handles.
/// </summary>
internal sealed class MpiConstants
{
    /// <summary>Finds the constants of a library.</summary>
    public MpiConstants(MpiLibrary library)
    {
        World = Handle("comm_world", 0x44000000, 0x101);
        ErrorsReturn = Handle("errors_return", 0x54000001, 0x142);
        InfoNull = Handle("info_null", 0x1C000000, 0x130);
        Byte = Handle("byte", 0x4C00010D, 0x247);
        (InPlace, StatusIgnore, CommTypeShared, ThreadFunneled) = library.Abi switch
        {
            MpiAbi.OpenMpi => (1, 0, 0, 1),
            MpiAbi.Mpich => (-1, 1, 1, 1),
            _ => (1, 0, 221, 1024),
        };

        nint Handle(string name, int mpich, int standard) => library.Abi switch
        {
            MpiAbi.OpenMpi => NativeLibrary.GetExport(library.Handle, $"ompi_mpi_{name}"),
            MpiAbi.Mpich => mpich,
            _ => standard,
        };
    }

    public nint World { get; }

    public nint ErrorsReturn { get; }

    public nint InfoNull { get; }

    public nint Byte { get; }

    public nint InPlace { get; }

    public nint StatusIgnore { get; }

    public int CommTypeShared { get; }

    public int ThreadFunneled { get; }
}
