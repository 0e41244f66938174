using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace RetinaSharp.Architecture.Tests;

public class NoticesTests
{
    // Whose assets are private, builds and is not shipped.
    public static TheoryData<string> Packages => [.. from project in Checkout.Projects("src")
                                                     from item in XDocument.Load(Checkout.PathOf(project)).Descendants("PackageReference")
                                                     where item.Attribute("PrivateAssets") is null
                                                     group item by item.Attribute("Include")!.Value into package
                                                     select package.Key];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Notices_APackageOfSource_HasItsLineWithVersionAndLicence(string package)
    {
        var version = XDocument.Load(Checkout.PathOf("Directory.Packages.props")).Descendants("PackageVersion")
            .Single(item => item.Attribute("Include")!.Value == package).Attribute("Version")!.Value;

        Assert.Matches($@"(?m)^\| {Regex.Escape(package)} \| {Regex.Escape(version)} \| (MIT|BSD-3-Clause|Apache-2.0) \|", Checkout.TextOf("THIRD-PARTY-NOTICES.md"));
    }
}
