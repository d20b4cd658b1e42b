// What the page of the web chat says by itself, by language.
"use strict";
const chatWords = {
  vi: { write: "Nhắn cho Chị Hai…", send: "Gửi", auto: "Trả lời tự động", again: "Đang kết nối lại…", wait: "đang gửi…", lost: "chưa gửi được", phone: "Số điện thoại", leave: "Thôi", down: "Xuống cuối", keys: "Câu trả lời", today: "Hôm nay", over: "Tệp này đã hết hạn", attach: "Gửi tệp hoặc ảnh", large: "tệp nặng quá 20 MB, chưa gửi được", many: "nhiều tệp quá, lát nữa gửi lại giúp nhé", file: "Tệp: " },
  km: { write: "សរសេរទៅ Chị Hai…", send: "ផ្ញើ", auto: "ឆ្លើយតបស្វ័យប្រវត្តិ", again: "កំពុងភ្ជាប់ឡើងវិញ…", wait: "កំពុងផ្ញើ…", lost: "ផ្ញើមិនបាន", phone: "លេខទូរសព្ទ", leave: "ឈប់", down: "ចុះក្រោម", keys: "ចម្លើយ", today: "ថ្ងៃនេះ", over: "ឯកសារនេះផុតកំណត់ហើយ", attach: "ផ្ញើឯកសារ ឬរូបភាព", large: "ឯកសារធំជាង 20 MB ផ្ញើមិនបាន", many: "ឯកសារច្រើនពេក សូមផ្ញើម្តងទៀតពេលក្រោយ", file: "ឯកសារ៖ " },
  en: { write: "Write to Chị Hai…", send: "Send", auto: "Answers automatically", again: "Reconnecting…", wait: "sending…", lost: "not sent", phone: "Phone number", leave: "Cancel", down: "To the end", keys: "Answers", today: "Today", over: "This file is no longer kept", attach: "Send a file or a picture", large: "larger than 20 MB, not sent", many: "too many files, please send it later", file: "File: " }
};
