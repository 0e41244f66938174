namespace RetinaSharp.Distributed;

/// <summary>How the numbers of several processes are combined.</summary>
public enum Reduction
{
    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>The largest.</summary>
    Max,

    /// <summary>The smallest.</summary>
    Min,
}
