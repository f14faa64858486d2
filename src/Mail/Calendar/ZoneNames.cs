using System.Collections.Frozen;

namespace CrmSync.Mail.Calendar;

/// <summary>
/// Names of zones that are for people: the cities of Windows' display names ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm,
/// Vienna"), the names Outlook writes in other languages, and the common English ones.
/// </summary>
internal static class ZoneNames
{
    // Windows id = the cities and regions of its display names, old and new.
    private const string Cities = """
        Dateline Standard Time = International Date Line West; Eniwetok
        UTC-11 = Coordinated Universal Time-11
        Aleutian Standard Time = Aleutian Islands
        Hawaiian Standard Time = Hawaii
        Marquesas Standard Time = Marquesas Islands
        Alaskan Standard Time = Alaska
        UTC-09 = Coordinated Universal Time-09
        Pacific Standard Time (Mexico) = Baja California
        UTC-08 = Coordinated Universal Time-08
        Pacific Standard Time = Pacific Time (US & Canada); Pacific Time; Tijuana; Pacific
        US Mountain Standard Time = Arizona
        Mountain Standard Time (Mexico) = Chihuahua; La Paz; Mazatlan
        Mountain Standard Time = Mountain Time (US & Canada); Mountain Time; Mountain
        Yukon Standard Time = Yukon
        Central America Standard Time = Central America
        Central Standard Time = Central Time (US & Canada); Central Time; Central
        Easter Island Standard Time = Easter Island
        Central Standard Time (Mexico) = Guadalajara; Mexico City; Monterrey
        Canada Central Standard Time = Saskatchewan
        SA Pacific Standard Time = Bogota; Lima; Quito; Rio Branco
        Eastern Standard Time (Mexico) = Chetumal
        Eastern Standard Time = Eastern Time (US & Canada); Eastern Time; Eastern
        Haiti Standard Time = Haiti
        Cuba Standard Time = Havana
        US Eastern Standard Time = Indiana (East)
        Turks And Caicos Standard Time = Turks and Caicos
        Paraguay Standard Time = Asuncion
        Atlantic Standard Time = Atlantic Time (Canada); Atlantic Time; Atlantic
        Venezuela Standard Time = Caracas
        Central Brazilian Standard Time = Cuiaba
        SA Western Standard Time = Georgetown; Manaus; San Juan
        Pacific SA Standard Time = Santiago
        Newfoundland Standard Time = Newfoundland
        Tocantins Standard Time = Araguaina
        E. South America Standard Time = Brasilia
        SA Eastern Standard Time = Cayenne; Fortaleza
        Argentina Standard Time = City of Buenos Aires; Buenos Aires
        Greenland Standard Time = Greenland
        Montevideo Standard Time = Montevideo
        Magallanes Standard Time = Punta Arenas
        Saint Pierre Standard Time = Saint Pierre and Miquelon
        Bahia Standard Time = Salvador
        UTC-02 = Coordinated Universal Time-02; Mid-Atlantic
        Azores Standard Time = Azores
        Cape Verde Standard Time = Cabo Verde Is.; Cape Verde Is.
        UTC = Coordinated Universal Time; Zulu
        GMT Standard Time = Dublin; Edinburgh; Lisbon; London; Greenwich Mean Time; British Time; Western European Time
        GMT Standard Time = Westeuropäische Zeit; GMT-Normalzeit
        Greenwich Standard Time = Monrovia; Reykjavik
        Sao Tome Standard Time = Sao Tome
        Morocco Standard Time = Casablanca
        W. Europe Standard Time = Amsterdam; Berlin; Bern; Rome; Stockholm; Vienna; Bonn; Central European Time; Mitteleuropäische Zeit
        W. Europe Standard Time = Mitteleuropaeische Zeit; Mitteleuropäische Normalzeit; West-Europa; Europe de l'Ouest; Europa occidental
        W. Europe Standard Time = Hora estándar de Europa Occidental; Hora estándar de Europa occidental; ora solare Europa occidentale
        W. Europe Standard Time = Ora solare Europa occidentale; Västeuropa, normaltid; Vesteuropa (normaltid)
        Central Europe Standard Time = Belgrade; Bratislava; Budapest; Ljubljana; Prague
        Romance Standard Time = Brussels; Copenhagen; Madrid; Paris; Romance; Romanische Normalzeit; Paris, Madrid; Hora estándar romance
        Romance Standard Time = ora solare Europa romanza; Romance (standaardtijd)
        Central European Standard Time = Sarajevo; Skopje; Warsaw; Zagreb; Środkowoeuropejski czas stand.
        W. Central Africa Standard Time = West Central Africa
        GTB Standard Time = Athens; Bucharest
        Middle East Standard Time = Beirut
        Egypt Standard Time = Cairo
        E. Europe Standard Time = Chisinau; Eastern European Time; Osteuropäische Zeit
        Syria Standard Time = Damascus
        West Bank Standard Time = Gaza; Hebron
        South Africa Standard Time = Harare; Pretoria
        FLE Standard Time = Helsinki; Kyiv; Kiev; Riga; Sofia; Tallinn; Vilnius
        Israel Standard Time = Jerusalem
        South Sudan Standard Time = Juba
        Kaliningrad Standard Time = Kaliningrad
        Sudan Standard Time = Khartoum
        Libya Standard Time = Tripoli
        Namibia Standard Time = Windhoek
        Jordan Standard Time = Amman
        Arabic Standard Time = Baghdad
        Turkey Standard Time = Istanbul
        Arab Standard Time = Kuwait; Riyadh
        Belarus Standard Time = Minsk
        Russian Standard Time = Moscow; St. Petersburg; Moscow Time
        E. Africa Standard Time = Nairobi
        Volgograd Standard Time = Volgograd
        Iran Standard Time = Tehran
        Arabian Standard Time = Abu Dhabi; Muscat
        Astrakhan Standard Time = Astrakhan; Ulyanovsk
        Azerbaijan Standard Time = Baku
        Russia Time Zone 3 = Izhevsk; Samara
        Mauritius Standard Time = Port Louis
        Saratov Standard Time = Saratov
        Georgian Standard Time = Tbilisi
        Caucasus Standard Time = Yerevan
        Afghanistan Standard Time = Kabul
        West Asia Standard Time = Ashgabat; Tashkent
        Qyzylorda Standard Time = Astana; Qyzylorda
        Ekaterinburg Standard Time = Ekaterinburg
        Pakistan Standard Time = Islamabad; Karachi
        India Standard Time = Chennai; Kolkata; Mumbai; New Delhi; Bombay; Calcutta; Madras; India Time
        Sri Lanka Standard Time = Sri Jayawardenepura
        Nepal Standard Time = Kathmandu
        Bangladesh Standard Time = Dhaka
        Omsk Standard Time = Omsk
        Myanmar Standard Time = Yangon (Rangoon); Rangoon
        SE Asia Standard Time = Bangkok; Hanoi; Jakarta
        Altai Standard Time = Barnaul; Gorno-Altaysk
        W. Mongolia Standard Time = Hovd
        North Asia Standard Time = Krasnoyarsk
        N. Central Asia Standard Time = Novosibirsk
        Tomsk Standard Time = Tomsk
        China Standard Time = Beijing; Chongqing; Hong Kong; Hong Kong SAR; Urumqi
        North Asia East Standard Time = Irkutsk
        Singapore Standard Time = Kuala Lumpur; Singapore
        W. Australia Standard Time = Perth
        Taipei Standard Time = Taipei
        Ulaanbaatar Standard Time = Ulaanbaatar
        Aus Central W. Standard Time = Eucla
        Transbaikal Standard Time = Chita
        Tokyo Standard Time = Osaka; Sapporo; Tokyo; Japan Time
        North Korea Standard Time = Pyongyang
        Korea Standard Time = Seoul
        Yakutsk Standard Time = Yakutsk
        Cen. Australia Standard Time = Adelaide
        AUS Central Standard Time = Darwin
        E. Australia Standard Time = Brisbane
        AUS Eastern Standard Time = Canberra; Melbourne; Sydney
        West Pacific Standard Time = Guam; Port Moresby
        Tasmania Standard Time = Hobart
        Vladivostok Standard Time = Vladivostok
        Lord Howe Standard Time = Lord Howe Island
        Bougainville Standard Time = Bougainville Island
        Russia Time Zone 10 = Chokurdakh
        Magadan Standard Time = Magadan
        Norfolk Standard Time = Norfolk Island
        Sakhalin Standard Time = Sakhalin
        Central Pacific Standard Time = Solomon Is.; New Caledonia
        Russia Time Zone 11 = Anadyr; Petropavlovsk-Kamchatsky
        New Zealand Standard Time = Auckland; Wellington
        UTC+12 = Coordinated Universal Time+12
        Fiji Standard Time = Fiji
        Chatham Islands Standard Time = Chatham Islands
        UTC+13 = Coordinated Universal Time+13
        Tonga Standard Time = Nuku'alofa
        Samoa Standard Time = Samoa
        Line Islands Standard Time = Kiritimati Island
        """;

    private static readonly FrozenDictionary<string, string> ByName = Read();

    /// <summary>The Windows id of a name for people; null if it is not known.</summary>
    public static string? Windows(string name)
    {
        // "(UTC+01:00) Amsterdam, Berlin": what stands before the cities is the offset in winter.
        var text = name.Replace('’', '\'').Trim();
        if (text.StartsWith('(') && text.IndexOf(')', StringComparison.Ordinal) is > 0 and var close && close < text.Length - 1)
            text = text[(close + 1)..].Trim();
        if (ByName.TryGetValue(text, out var windows))
            return windows;

        foreach (var city in text.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (ByName.TryGetValue(city, out windows))
                return windows;
        }

        return null;
    }

    private static FrozenDictionary<string, string> Read()
    {
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in Cities.Split('\n'))
        {
            var equals = line.IndexOf(" = ", StringComparison.Ordinal);
            foreach (var city in line[(equals + 3)..].Split(';', StringSplitOptions.TrimEntries))
                names.TryAdd(city, line[..equals].Trim());
        }

        return names.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
