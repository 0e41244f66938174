using System.Buffers.Binary;
using System.Globalization;

namespace RetinaSharp.Experiments.TensorBoard;

/// <summary>
/// Writes a TensorBoard event file, which is a TFRecord file. Each record contains the length of an event, a checksum of the length, the event, and a checksum
/// of the event. A record is written at once and unbuffered, so that it survives a crash of the process; readers stop at an incomplete record.
/// </summary>
internal sealed class EventFile : IDisposable
{
    private readonly FileStream _file;

    /// <summary>Creates a file with a name that TensorBoard recognizes and sorts after the files of earlier times.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to write.</exception>
    public EventFile(string folder, DateTimeOffset time)
    {
        for (var number = 0; ; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{time.ToUnixTimeSeconds():D10}.{Environment.MachineName}.{Environment.ProcessId}.{number}");
            var path = Path.Combine(folder, name);
            if (File.Exists(path))
                continue;
            _file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
            break;
        }

        Write(EventMessage.FileVersion(time));
    }

    /// <summary>Appends an event, encoded by <see cref="EventMessage"/>.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(ReadOnlySpan<byte> message)
    {
        var record = new byte[sizeof(ulong) + sizeof(uint) + message.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), Crc32C.Masked(record.AsSpan(0, sizeof(ulong))));
        message.CopyTo(record.AsSpan(sizeof(ulong) + sizeof(uint)));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(record.Length - sizeof(uint)), Crc32C.Masked(message));
        _file.Write(record);
    }

    public void Dispose() => _file.Dispose();
}
