using System.Buffers.Binary;
using System.Globalization;

namespace RetinaSharp.Experiments.TensorBoard;

/// <summary>
/// A file of events in the framing of TensorFlow's record files: length, its masked checksum, event, its masked checksum. Each record is
/// handed to the system whole and at once, so that what was written is there after a crash; a reader stops before one that is torn.
/// </summary>
internal sealed class EventFile : IDisposable
{
    private readonly FileStream _file;

    /// <summary>Begins a file, under a name that TensorBoard looks for and puts after earlier ones.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
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

    /// <summary>Adds an event.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
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
