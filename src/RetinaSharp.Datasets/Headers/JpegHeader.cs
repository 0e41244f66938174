namespace RetinaSharp.Datasets.Headers;

/// <summary>
/// Reads the image size from the frame header of a JPEG file (ITU-T T.81, annex B), and the EXIF orientation from an APP1 segment before
/// it.
/// </summary>
internal static class JpegHeader
{
    public static ImageHeader Read(HeaderReader reader)
    {
        reader.Skip(2);
        int? orientation = null;
        while (true)
        {
            // Like decoders, skips stray bytes before a marker and fill bytes before its code.
            while (reader.Byte() != 0xFF)
            {
            }

            int marker;
            do
                marker = reader.Byte();
            while (marker == 0xFF);

            switch (marker)
            {
                case 0x00 or 0x01 or (>= 0xD0 and <= 0xD8):
                    continue;
                case 0xD9 or 0xDA:
                    throw reader.Corrupt("the image data begins before the frame header");
            }

            var length = reader.UInt16(littleEndian: false) - 2;
            if (length < 0)
                throw reader.Corrupt($"segment {marker:X2} has an invalid length");
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                reader.Skip(1);
                var height = reader.UInt16(littleEndian: false);
                var width = reader.UInt16(littleEndian: false);
                return new(ImageFormat.Jpeg, width, height, orientation ?? 1);
            }

            if (marker == 0xE1 && orientation is null)
                orientation = Exif.Orientation(reader.Bytes(length), needsPrefix: true);
            else
                reader.Skip(length);
        }
    }
}
