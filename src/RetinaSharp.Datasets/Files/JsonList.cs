namespace RetinaSharp.Datasets.Files;

/// <summary>A list in a JSON file, which can be read again.</summary>
/// <param name="Start">Offset of the opening bracket, without a byte order mark.</param>
/// <param name="LongestEntry">Length of the longest entry in bytes.</param>
/// <param name="Line">Line of the opening bracket, from 1.</param>
/// <param name="LineStart">Offset of the start of this line.</param>
internal sealed record JsonList(long Start, long LongestEntry, int Line, long LineStart);
