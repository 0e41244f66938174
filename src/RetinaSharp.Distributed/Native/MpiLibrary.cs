using System.Runtime.InteropServices;

namespace RetinaSharp.Distributed.Native;

/// <summary>An MPI library that is loaded, and its kind.</summary>
/// <param name="Handle">Handle of the library.</param>
/// <param name="Abi">Its binary interface.</param>
internal sealed unsafe record MpiLibrary(nint Handle, MpiAbi Abi)
{
    private static readonly string[] OpenMpiNames = ["libmpi.so.40", "libmpi.40.dylib"];
    private static readonly string[] MpichNames = ["libmpi.so.12", "libmpich.so.12", "libmpi.12.dylib", "msmpi.dll", "impi.dll"];
    private static readonly string[] StandardNames = ["libmpi_abi.so.1", "libmpi_abi.so"];

    /// <summary>Loads a library.</summary>
    /// <param name="name">File name or path of the library; null: one of the launcher's kind, or else the first that is found.</param>
    /// <param name="launch">The launcher.</param>
    /// <exception cref="DistributedException">There is none.</exception>
    public static MpiLibrary Load(string? name, LaunchEnvironment launch)
    {
        string[] names = name is not null ? [name]
            : launch.IsOpenMpi ? [.. OpenMpiNames, .. StandardNames]
            : launch.IsMpich ? [.. MpichNames, .. StandardNames]
            : [.. OpenMpiNames, .. MpichNames, .. StandardNames];
        KeepSignals();
        foreach (var candidate in names)
            if (NativeLibrary.TryLoad(candidate, out var handle))
                return new(handle, Identify(handle));
        throw new DistributedException(
            $"No MPI library is found; tried {string.Join(", ", names)}. Install one (on Debian the package openmpi-bin), or set {nameof(MpiOptions)}.{nameof(MpiOptions.Library)} to its path.");
    }

    // The name tells little: several implementations use the same. The standard first, because symbols are also found in the libraries that a library depends on.
    private static MpiAbi Identify(nint library) =>
        NativeLibrary.TryGetExport(library, "MPI_Abi_get_version", out var version) && HasAbi((delegate* unmanaged[Cdecl]<int*, int*, int>)version) ? MpiAbi.Standard
        : NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _) ? MpiAbi.OpenMpi
        : MpiAbi.Mpich;

    private static bool HasAbi(delegate* unmanaged[Cdecl]<int*, int*, int> version)
    {
        int major, minor;
        return version(&major, &minor) == 0 && major >= 1;
    }

    // UCX, which many builds use, would handle SIGSEGV, from which .NET makes NullReferenceException. It reads the environment of the C library, which is not .NET's.
    private static void KeepSignals()
    {
        if (!OperatingSystem.IsWindows())
            SetEnvironment("UCX_ERROR_SIGNALS", "", 1);
    }

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int SetEnvironment(string name, string value, int overwrite);
}
