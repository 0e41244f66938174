namespace RetinaSharp.Distributed.Native;

/// <summary>The binary interfaces of MPI libraries: how they represent handles, and the values of constants.</summary>
internal enum MpiAbi
{
    /// <summary>Open MPI: handles are addresses of exported objects.</summary>
    OpenMpi,

    /// <summary>MPICH and its descendants (Intel MPI, MVAPICH, Cray MPICH), Microsoft MPI: handles are 32-bit numbers.</summary>
    Mpich,

    /// <summary>The standard interface of MPI 5.0: handles are small numbers of pointer size.</summary>
    Standard,
}
