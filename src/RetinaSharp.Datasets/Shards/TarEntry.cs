namespace RetinaSharp.Datasets.Shards;

/// <summary>A file in a tar archive.</summary>
/// <param name="Name">Its name, with forward slashes.</param>
/// <param name="Offset">Offset of its data in the archive.</param>
/// <param name="Length">Number of bytes.</param>
internal readonly record struct TarEntry(string Name, long Offset, long Length);
